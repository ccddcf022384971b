"""Brings the status of everything with a start and an end into line with the clock.

Prices never wait for this: offers carry their windows. Each statement flips one batch and writes its audit entries,
skipping rows that somebody else holds, so any number of sweeps at once flip each thing once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from apps.approvals.services import close_pending
from apps.core.audit import SYSTEM
from apps.core.clock import database_now
from apps.core.models import AuditEntry, OutboxEvent
from apps.offers.lifecycle import Action, VersionState
from apps.offers.versions.events import EXPIRED, LIVE
from apps.offers.versions.models import OPEN, Running
from apps.offers.versions.steps import audit_action

BATCH = 2_000
TOPICS = {Action.GO_LIVE: LIVE, Action.EXPIRE: EXPIRED}
ONE_SWEEP_EACH = "FOR UPDATE SKIP LOCKED"

_swept: list[type[Running]] = []


@dataclass(frozen=True)
class Swept:
    """How many things one sweep brought to life and to their end."""

    live: int = 0
    expired: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.live + other.live, self.expired + other.expired)


def register(model: type[Running]) -> None:
    if model not in _swept:
        _swept.append(model)


def sweep_all() -> Swept:
    """One round over every registered model."""
    return sum((sweep(model) for model in _swept), Swept())


def sweep(model: type[Running], batch: int = BATCH) -> Swept:
    """First what is over, so that nothing goes live after its end; then what has begun."""
    now = database_now()
    expired = _in_batches(lambda: _expire(model, now, batch), batch)
    live = _in_batches(lambda: _go_live(model, now, batch), batch)
    return Swept(live=live, expired=expired)


def _in_batches(flip: Callable[[], int], batch: int) -> int:
    total = 0
    while flipped := flip():
        total += flipped
        if flipped < batch:
            break
    return total


@transaction.atomic
def _go_live(model: type[Running], now: datetime, batch: int) -> int:
    due = "status = 'approved' AND starts_at <= %(now)s AND ends_at > %(now)s ORDER BY starts_at, id"
    return len(_flip(model, Action.GO_LIVE, due, "status = 'live'", now, batch))


@transaction.atomic
def _expire(model: type[Running], now: datetime, batch: int) -> int:
    due = "status IN ('approved', 'live', 'paused') AND ends_at <= %(now)s ORDER BY ends_at, id"
    ended = "status = 'ended', end_reason = 'expired', ended_at = %(now)s, revocation_pending = false"
    codes = _flip(model, Action.EXPIRE, due, ended, now, batch)
    if codes:
        drafts = model.VERSION.rows().filter(subject__code__in=codes, state__in=list(OPEN))
        drafts.update(state=VersionState.DISCARDED)
        close_pending(subject_type=model.kind_of_thing(), subject_codes=codes)
    return len(codes)


def _flip(
    model: type[Running], action: Action, due: str, change: str, now: datetime, batch: int
) -> list[str]:
    """The codes of up to `batch` things that this statement flipped, logged and told others of."""
    table, log, outbox = (one._meta.db_table for one in (model, AuditEntry, OutboxEvent))
    statement = f"""
        WITH due AS (
            SELECT id, status, revocation_pending FROM {table} WHERE {due} LIMIT %(batch)s {ONE_SWEEP_EACH}
        ), flipped AS (
            UPDATE {table} AS thing SET {change}, updated_at = %(now)s FROM due WHERE thing.id = due.id
            RETURNING thing.code, due.status AS was, due.revocation_pending AS was_pending,
                thing.status, thing.revocation_pending, thing.end_reason
        ), logged AS (
            INSERT INTO {log} (action, subject_type, subject_code, actor, reason, request_id, before, after)
            SELECT %(action)s, %(type)s, code, %(actor)s, '', '',
                jsonb_build_object('status', was, 'revocation_pending', was_pending),
                jsonb_strip_nulls(jsonb_build_object(
                    'status', status, 'revocation_pending', revocation_pending, 'end_reason', end_reason))
            FROM flipped
        ), told AS (
            INSERT INTO {outbox} (topic, subject, payload)
            SELECT %(topic)s, code, jsonb_strip_nulls(jsonb_build_object(
                'at', %(at)s::text, 'status', status, 'end_reason', end_reason))
            FROM flipped
        )
        SELECT code FROM flipped
    """  # noqa: S608 - names of our own tables, clauses of this file
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "now": now,
                "batch": batch,
                "action": audit_action(model, action),
                "type": model.kind_of_thing(),
                "actor": SYSTEM,
                "topic": f"{model.DOCUMENT}.{TOPICS[action]}",
                "at": now.isoformat(),
            },
        )
        return [code for (code,) in cursor.fetchall()]
