"""Advisory locks by name, and by hash for the many. Never reuse or renumber one: two releases may meet."""

import hashlib
from enum import IntEnum

from django.db import connection

NAMESPACE = 20_26


class AdvisoryLock(IntEnum):
    SEAL_AUDIT = 1
    BOOK_CHANGE = 2
    PACK_IMPORT = 3
    SCHEDULE_SWEEP = 4
    ROLE_GRANT = 5
    AUDIENCE_RULES = 6
    SEAL_LEDGER = 7
    RELAY_EVENTS = 8
    SEAL_COUPONS = 9
    SIGHTING_DAYS = 30
    ROLL_UP = 31
    SETTLEMENT = 32
    RISK_RULES = 20


def hold(lock: AdvisoryLock) -> None:
    """Wait for `lock` and keep it until the transaction ends."""
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, lock.value])


def try_hold(lock: AdvisoryLock) -> bool:
    """Take `lock` until the transaction ends if nobody has it; never waits."""
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [NAMESPACE, lock.value])
        row = cursor.fetchone()
    return bool(row and row[0])


def lock_number(kind: str, *names: str) -> int:
    """The number of a lock on one of many things, for PostgreSQL's space of single 64-bit numbers."""
    text = "\x00".join((kind, *names)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An advisory lock is held by a transaction: call this inside atomic()")
