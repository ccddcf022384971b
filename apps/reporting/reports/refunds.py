"""What was paid back in some days, whenever the orders were paid: the other half of a number of these days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.core.replica import reader
from apps.reporting.reports.numbers import Period
from apps.reporting.reports.orders import Narrowed, belonging
from apps.reporting.reports.subjects import Subject

ROWS = """
SELECT r.id, r.code, o.id, o.code, r.created_at, r.total_amount + r.clawback_amount - r.shipping_amount,
    coalesce((SELECT sum(e.amount) FROM orders_ledgerentry e WHERE e.refund_id = r.id AND e.event = 'refund'
        AND e.what = 'share' AND e.offer = ANY(%(offers)s)), 0)::bigint
FROM orders_refund r JOIN orders_order o ON o.id = r.order_id
WHERE r.created_at >= %(back_since)s AND r.created_at < %(back_until)s AND {conditions}
ORDER BY r.id DESC LIMIT %(most)s
"""
TOTALS = """
SELECT count(*), coalesce(sum(x.amount), 0)::bigint, coalesce(sum(x.discount), 0)::bigint
FROM ({rows}) AS x (id, code, order_id, order_code, at, amount, discount)
"""
EVERY = 2**62


@dataclass(frozen=True, slots=True)
class RefundRow:
    """`amount` was paid back for goods, `discount` is what that reversed of the offers in question."""

    id: int
    code: str
    order_id: int
    order: str
    at: datetime
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class RefundTotals:
    refunds: int
    amount: int
    discount: int


def refunds_of(
    subject: Subject, narrowed: Narrowed, period: Period, most: int = 50
) -> tuple[list[RefundRow], RefundTotals]:
    """The newest ones of these days, and the sums of all."""
    belongs, names = belonging(subject, narrowed)
    conditions = " AND ".join([belongs, *replace(narrowed, since=None, until=None, day=None).conditions])
    statement = ROWS.format(conditions=conditions)
    told: dict[str, Any] = {
        **names,
        "back_since": period.since or "-infinity",
        "back_until": period.until or "infinity",
    }
    with reader().cursor() as cursor:
        cursor.execute(statement, {**told, "most": most})
        rows = [RefundRow(*row) for row in cursor.fetchall()]
        cursor.execute(TOTALS.format(rows=statement), {**told, "most": EVERY})
        totals = cursor.fetchone()
    assert totals is not None
    return rows, RefundTotals(*totals)
