"""A request that is sent twice happens once: key, effect and answer commit together, a repetition gets the same bytes.

While the first is still running, its advisory lock says so; when its process dies, the lock and the effect go with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from apps.core import freshness
from apps.core.clock import database_now
from apps.core.errors import DomainError, Refused
from apps.core.locks import lock_number
from apps.core.models import IdempotencyRecord
from apps.core.prepared import FOR_GROWTH, send, together

KEPT = timedelta(days=90)
IN_PROGRESS = "in_progress"
KEY_REUSED = "idempotency_key_reused"
PURGE = 10_000
# Refusals that stay what they are. Others (not for you, too often) may come out otherwise when asked again.
LASTING = frozenset({404, 409, 422})

TAKE_TURN = f"SELECT {FOR_GROWTH}, pg_try_advisory_xact_lock(%s){{versions}}"
FIND = """
SELECT method, path, body_hash, status, content_type, body FROM core_idempotencyrecord
WHERE client = %s AND key = %s
"""
STORE = """
INSERT INTO core_idempotencyrecord (client, key, method, path, body_hash, status, content_type, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same: client, key, method, path, raw body."""

    client: int
    key: str
    method: str
    path: str
    body: bytes

    @property
    def body_hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes out."""

    status: int
    body: bytes
    content_type: str = "application/json"
    replayed: bool = False


class UndoneError(Exception):
    """Undoes all that was done for a request; `refusal` is its answer."""

    def __init__(self, refusal: Reply) -> None:
        super().__init__()
        self.refusal = refusal


def once(request: Request, act: Callable[[], Reply], refuse: Callable[[Exception], Reply | None]) -> Reply:
    """Run `act` and store its reply, or give the stored one. All in one transaction.

    `refuse` turns an exception of `act` into the answer to be given instead: everything is rolled back, and in a
    transaction of its own comes what the refusal notes afterwards; it is stored if it lasts. None lets the exception
    through, and then nothing is stored. Errors: in_progress, idempotency_key_reused.
    """
    with freshness.request():
        return _once(request, act, refuse)


def _once(request: Request, act: Callable[[], Reply], refuse: Callable[[Exception], Reply | None]) -> Reply:
    try:
        with transaction.atomic():
            return _stored(request) or _store(request, _acted(act, refuse))
    except UndoneError as refused:
        reply, cause = refused.refusal, refused.__cause__
    with transaction.atomic():
        stored = _stored(request)
        if stored is not None:
            return stored
        if isinstance(cause, Refused) and cause.after is not None:
            cause.after()
        return _store(request, reply)


def _acted(act: Callable[[], Reply], refuse: Callable[[Exception], Reply | None]) -> Reply:
    try:
        return act()
    except Exception as error:
        refusal = refuse(error)
        if refusal is None:
            raise
        raise UndoneError(refusal) from error


def purge() -> int:
    """Forget what is older than any client may ask for; the number forgotten."""
    old = IdempotencyRecord.objects.filter(created_at__lt=database_now() - KEPT)
    return IdempotencyRecord.objects.filter(pk__in=old.order_by("created_at")[:PURGE]).delete()[0]


def _stored(request: Request) -> Reply | None:
    """The answer given before. Only one request with a key at a time: two statements, so that the second sees what
    the last one with this key has committed."""
    take_turn = TAKE_TURN.format(versions=freshness.columns())
    with together():
        turn = send(take_turn, [lock_number("key", str(request.client), request.key)])
        found = send(FIND, [request.client, request.key])
    _plans, taken, *versions = turn.fetchone()
    freshness.told(versions)
    if not taken:
        raise DomainError(IN_PROGRESS, "The first request with this key is still running.")
    row = found.fetchone()
    if row is None:
        return None
    method, path, body_hash, status, content_type, body = row
    if (method, path, body_hash) != (request.method, request.path, request.body_hash):
        raise DomainError(KEY_REUSED, "This key was used for another request.")
    return Reply(status, bytes(body), content_type, replayed=True)


def _store(request: Request, reply: Reply) -> Reply:
    """Keep the answer if it lasts."""
    if reply.status < 300 or reply.status in LASTING:
        asked = [request.client, request.key, request.method, request.path, request.body_hash]
        send(STORE, [*asked, reply.status, reply.content_type, reply.body])
    return reply
