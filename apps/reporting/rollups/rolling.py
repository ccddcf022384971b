"""Takes what the ledgers sealed since the last time into the sums, each entry exactly once.

Seals are numbered without gaps in the order in which they commit, so nothing that commits late is missed; the mark
of how far it came commits with the sums. Exposures have no seals: they are taken once every transaction that was
under way has ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.core.locks import AdvisoryLock, try_hold
from apps.reporting.rollups import led_sql, orders_sql, other_sql

BATCH = 20_000
SECONDS = 60.0
LEDGER, COUPONS, SIGHTINGS = "ledger", "coupons", "sightings"
SEALS = {LEDGER: "orders_ledgerseal", COUPONS: "coupons_couponseal"}
MARK = """
INSERT INTO reporting_mark (source, reached) VALUES (%s, 0)
ON CONFLICT (source) DO UPDATE SET reached = reporting_mark.reached RETURNING reached
"""


@dataclass(frozen=True, slots=True)
class Rolled:
    """How much was taken: seals of each ledger, and whether there was more than one batch's worth."""

    seals: int = 0
    more: bool = False


def roll_up(*, seconds: float = SECONDS, batch: int = BATCH) -> int:
    """Take all there is, a batch a transaction, for at most so long; how many seals were taken."""
    until = time.monotonic() + seconds
    total = 0
    while True:
        with transaction.atomic():
            if not try_hold(AdvisoryLock.ROLL_UP):
                return total
            rolled = take(batch)
        total += rolled.seals
        if not rolled.more or time.monotonic() > until:
            return total


def take(batch: int = BATCH) -> Rolled:
    """One batch of every source. The caller holds the lock."""
    with connection.cursor() as cursor:
        ledger = _take_ledger(cursor, batch)
        coupons = _take_coupons(cursor, batch)
        _take_sightings(cursor)
    return Rolled(ledger + coupons, max(ledger, coupons) == batch)


def _take_ledger(cursor: Any, batch: int) -> int:
    after, until = _span(cursor, LEDGER, batch)
    if after == until:
        return 0
    cursor.execute(orders_sql.CHANGES, {"after": after, "until": until})
    orders, refunds = cursor.fetchone()
    names = {"orders": orders, "refunds": refunds, "zone": settings.TIME_ZONE, "days": led_sql.DAYS}
    for statement in (*orders_sql.ORDERS, led_sql.BY_ORDERS) if orders else ():
        cursor.execute(statement, names)
    for statement in orders_sql.REFUNDS if refunds else ():
        cursor.execute(statement, names)
    _reach(cursor, LEDGER, until)
    return until - after


def _take_coupons(cursor: Any, batch: int) -> int:
    after, until = _span(cursor, COUPONS, batch)
    if after < until:
        cursor.execute(other_sql.COUPONS, {"after": after, "until": until, "zone": settings.TIME_ZONE})
        _reach(cursor, COUPONS, until)
    return until - after


def _take_sightings(cursor: Any) -> None:
    after = _mark(cursor, SIGHTINGS)
    cursor.execute(other_sql.SETTLED)
    until = int(cursor.fetchone()[0])
    if after >= until:
        return
    names = {"after": after, "until": until, "zone": settings.TIME_ZONE, "days": led_sql.DAYS}
    for statement in (other_sql.SEEN, other_sql.REACHED, led_sql.BY_SIGHTINGS):
        cursor.execute(statement, names)
    _reach(cursor, SIGHTINGS, until)


def _span(cursor: Any, source: str, batch: int) -> tuple[int, int]:
    """From the mark to the last seal, at most a batch."""
    after = _mark(cursor, source)
    cursor.execute(f"SELECT coalesce(max(number), 0) FROM {SEALS[source]}")  # noqa: S608 - tables of ours
    return after, max(after, min(cursor.fetchone()[0], after + batch))


def _mark(cursor: Any, source: str) -> int:
    """How far it came; the row is locked until the transaction ends."""
    cursor.execute(MARK, [source])
    return int(cursor.fetchone()[0])


def _reach(cursor: Any, source: str, until: int) -> None:
    cursor.execute("UPDATE reporting_mark SET reached = %s WHERE source = %s", [until, source])
