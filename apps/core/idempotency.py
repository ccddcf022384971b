"""A request that is sent twice happens once: key, effect and answer commit together, a repetition gets the same bytes.

While the first is still running, its advisory lock says so; when its process dies, the lock and the effect go with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction

from apps.core.clock import database_now
from apps.core.errors import DomainError, Refused
from apps.core.locks import lock_number
from apps.core.models import IdempotencyRecord
from apps.core.prepared import prepared_cursor

KEPT = timedelta(days=90)
IN_PROGRESS = "in_progress"
KEY_REUSED = "idempotency_key_reused"
PURGE = 10_000
# Refusals that stay what they are. Others (not for you, too often) may come out otherwise when asked again.
LASTING = frozenset({404, 409, 422})

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


def once(request: Request, act: Callable[[], Reply], refuse: Callable[[Exception], Reply | None]) -> Reply:
    """Run `act` and store its reply, or give the stored one. All in one transaction.

    `refuse` turns an exception into the answer to be given instead, with nothing of `act` kept but what a refusal
    notes afterwards; it is stored if it lasts. None lets the exception through, and then nothing is stored.
    Errors: in_progress, idempotency_key_reused.
    """
    with transaction.atomic():
        _take_turn(request)
        stored = _stored(request)
        if stored is not None:
            return stored
        try:
            with transaction.atomic():
                reply = act()
        except Exception as error:
            refusal = refuse(error)
            if refusal is None:
                raise
            reply = refusal
            if isinstance(error, Refused) and error.after is not None:
                error.after()
        if reply.status < 300 or reply.status in LASTING:
            _store(request, reply)
    return reply


def purge() -> int:
    """Forget what is older than any client may ask for; the number forgotten."""
    old = IdempotencyRecord.objects.filter(created_at__lt=database_now() - KEPT)
    return IdempotencyRecord.objects.filter(pk__in=old.order_by("created_at")[:PURGE]).delete()[0]


def _take_turn(request: Request) -> None:
    """Only one request with a key at a time. A statement of its own: what the next one reads is then up to date."""
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", [lock_number("key", str(request.client), request.key)]
        )
        row = cursor.fetchone()
    if not (row and row[0]):
        raise DomainError(IN_PROGRESS, "The first request with this key is still running.")


def _stored(request: Request) -> Reply | None:
    with prepared_cursor() as cursor:
        cursor.execute(FIND, [request.client, request.key])
        row = cursor.fetchone()
    if row is None:
        return None
    method, path, body_hash, status, content_type, body = row
    if (method, path, body_hash) != (request.method, request.path, request.body_hash):
        raise DomainError(KEY_REUSED, "This key was used for another request.")
    return Reply(status, bytes(body), content_type, replayed=True)


def _store(request: Request, reply: Reply) -> None:
    fresh = replace(reply, replayed=False)
    with prepared_cursor() as cursor:
        cursor.execute(
            STORE,
            [
                request.client,
                request.key,
                request.method,
                request.path,
                request.body_hash,
                fresh.status,
                fresh.content_type,
                fresh.body,
            ],
        )
