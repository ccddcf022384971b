"""What `audit` finds, as JSON."""

from __future__ import annotations

import json

from apps.core.audit_queries import registered


def main() -> None:
    print(json.dumps([f"{query.name}: {fault}" for query in registered() for fault in query.find()]))


if __name__ == "__main__":
    main()
