"""What must hold of every thing under approval, asked of the whole database by `audit`."""

from collections.abc import Callable, Iterator
from functools import partial

from django.db import connection

from apps.core import audit_queries
from apps.core.models import AuditEntry
from apps.offers.documents import content_hash
from apps.offers.versions.models import Versioned
from apps.offers.versions.review import publish_action

CHUNK = 1_000


def register(model: type[Versioned]) -> None:
    """Add this model's promises to the portal's."""
    promises: dict[str, tuple[str, Callable[[type[Versioned]], Iterator[str]]]] = {
        "transitions": (
            "every logged change of state is an edge of the table, and the last one stands",
            _transitions,
        ),
        "hashes": ("what runs has the hash that its content gives", _hashes),
        "approved": (
            "what runs was approved with this hash, or published by a portal that never approved",
            _approved,
        ),
    }
    for name, (promise, find) in promises.items():
        audit_queries.register(f"{model.DOCUMENT}.{name}", promise, partial(find, model))


def _transitions(model: type[Versioned]) -> Iterator[str]:
    edges = model.TABLE.edges()
    logged = AuditEntry.objects.filter(subject_type=model.kind_of_thing(), after__has_key="status")
    last: dict[str, str] = {}
    rows = logged.order_by("id").values_list("subject_code", "before__status", "after__status")
    for code, before, after in rows.iterator(chunk_size=CHUNK):
        known = last.get(code)
        if known is not None and before is not None and before != known:
            yield f"{code}: the log leaves {known} but goes on from {before}"
        if before is not None and before != after and (before, after) not in edges:
            yield f"{code}: {before} -> {after} is no edge"
        last[code] = after
    for code, status in model.rows().values_list("code", "status").iterator(chunk_size=CHUNK):
        if last.get(code, status) != status:
            yield f"{code}: is {status}, but the log says {last[code]}"


def _hashes(model: type[Versioned]) -> Iterator[str]:
    running = model.rows().filter(current__isnull=False)
    rows = running.values_list("code", "current__content", "current__content_hash", "current__state")
    for code, content, stored, state in rows.iterator(chunk_size=CHUNK):
        if content_hash(content) != stored:
            yield f"{code}: the content that runs does not have its hash"
        if state != "approved":
            yield f"{code}: the version that runs is {state}"


def _approved(model: type[Versioned]) -> Iterator[str]:
    statement = f"""
        SELECT thing.code FROM {model._meta.db_table} thing
        JOIN {model.VERSION._meta.db_table} version ON version.id = thing.current_id
        WHERE NOT version.without_approval AND NOT EXISTS (
            SELECT FROM approvals_approvalrequest request
            WHERE request.subject_type = %s AND request.subject_code = thing.code AND request.action = %s
                AND request.content_hash = version.content_hash AND request.state = 'approved')
    """  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(statement, [model.kind_of_thing(), publish_action(model)])
        for (code,) in cursor.fetchall():
            yield f"{code}: nobody approved the content that runs"
