"""All audit queries at once: what they find."""

from apps.core.audit_queries import registered


def broken() -> list[str]:
    return [f"{query.name}: {fault}" for query in registered() for fault in query.find()]
