"""Books what the ledger sealed since the last time: each share that a bearer pays for, each reversal, exactly once.

Seals are numbered in the order in which they commit, so an entry that commits late is booked late and never missed. A
line belongs to the month in which the portal's calendar puts its entry; where that month is closed, to the first one
that is open, as a correction.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.core.locks import AdvisoryLock, hold, try_hold

SOURCE = "settlement"
BATCH = 50_000
SECONDS = 60.0
# Discounts are borne when they are paid for, and no longer once a refund reverses them. What else the ledger has is
# money between shop and customer, rewards, or promises.
IS_DISCOUNT = """(e.event = 'redeem' AND e.what IN ('share', 'shipping') OR e.event = 'refund' AND e.what = 'share')
    AND e.offer <> ''"""
MARK = """
INSERT INTO reporting_mark (source, reached) VALUES (%s, 0)
ON CONFLICT (source) DO UPDATE SET reached = reporting_mark.reached RETURNING reached
"""
LAST = "SELECT coalesce(max(number), 0) FROM orders_ledgerseal"
MONTHS = f"""
INSERT INTO reporting_settlementmonth (month, lines, borne_amount, back_amount)
SELECT DISTINCT greatest(date_trunc('month', e.at AT TIME ZONE %(zone)s)::date, %(first)s::date), 0, 0, 0
FROM orders_ledgerseal s JOIN orders_ledgerentry e ON e.id = s.entry_id
WHERE s.number > %(after)s AND s.number <= %(until)s AND {IS_DISCOUNT}
ON CONFLICT DO NOTHING
"""  # noqa: S608 - clauses of this file
LINES = f"""
INSERT INTO reporting_settlementline
    (entry_id, month_id, at, late, shop_code, bearer, order_code, line, sku, offer, borne_amount, back_amount)
SELECT e.id, greatest(own.month, %(first)s::date), e.at, own.month < %(first)s::date,
    CASE WHEN e.sku = '' THEN o.shop_code ELSE coalesce(k.shop_id, o.shop_code) END, e.bearer, o.code, e.line, e.sku,
    e.offer, CASE e.event WHEN 'redeem' THEN e.amount ELSE 0 END, CASE e.event WHEN 'refund' THEN e.amount ELSE 0 END
FROM orders_ledgerseal s JOIN orders_ledgerentry e ON e.id = s.entry_id JOIN orders_order o ON o.id = e.order_id
LEFT JOIN catalog_sku k ON k.code = e.sku AND e.sku <> ''
CROSS JOIN LATERAL (SELECT date_trunc('month', e.at AT TIME ZONE %(zone)s)::date AS month) own
WHERE s.number > %(after)s AND s.number <= %(until)s AND {IS_DISCOUNT}
"""  # noqa: S608 - clauses of this file
# The first month that may still be written to: the one after the last closed one.
FIRST_OPEN = """
SELECT coalesce((max(month) + interval '1 month')::date, '0001-01-01'::date)
FROM reporting_settlementmonth WHERE closed_at IS NOT NULL
"""


def book(*, seconds: float = SECONDS, batch: int = BATCH) -> int:
    """Book all there is, a batch a transaction, for at most so long; how many seals were read."""
    until = time.monotonic() + seconds
    total = 0
    while True:
        with transaction.atomic():
            if not try_hold(AdvisoryLock.SETTLEMENT):
                return total
            read = _batch(batch)
        total += read
        if read < batch or time.monotonic() > until:
            return total


def book_all(batch: int = BATCH) -> None:
    """Book everything that is sealed, within the caller's transaction; waits for whoever books."""
    hold(AdvisoryLock.SETTLEMENT)
    while _batch(batch) == batch:
        pass


def reached() -> int:
    """The last seal that was booked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reached FROM reporting_mark WHERE source = %s", [SOURCE])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _batch(batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(MARK, [SOURCE])
        after = int(cursor.fetchone()[0])
        cursor.execute(LAST)
        until = max(after, min(cursor.fetchone()[0], after + batch))
        if after == until:
            return 0
        cursor.execute(FIRST_OPEN)
        names: dict[str, Any] = {
            "zone": settings.TIME_ZONE,
            "after": after,
            "until": until,
            "first": cursor.fetchone()[0],
        }
        cursor.execute(MONTHS, names)
        cursor.execute(LINES, names)
        cursor.execute("UPDATE reporting_mark SET reached = %s WHERE source = %s", [until, SOURCE])
    return int(until - after)
