"""Discounts that customers kept although what they returned broke the tier that gave them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.core.replica import reader
from apps.reporting.reports.subjects import Subject

# The orders with what they kept. What remains is measured as the tier measured it, on the goods that the offer touched.
BELOW = """
SELECT remains.order_id AS id, given.amount FROM (
    SELECT s.order_id, sum(s.units - s.returned) AS units,
        sum((s.units - s.returned) * (s.list_price_amount - s.item_reduction_amount)) AS amount
    FROM orders_order p JOIN orders_orderuse u ON u.order_id = p.id AND u.offer = %(kept_offer)s
    JOIN orders_ordersegment s ON s.order_id = p.id
    WHERE p.state = 'partially_refunded' AND (
        s.item_offer = %(kept_offer)s
        OR EXISTS (SELECT FROM jsonb_array_elements(s.shares) one WHERE one ->> 0 = %(kept_offer)s)
    ) GROUP BY 1
) remains CROSS JOIN LATERAL (
    SELECT sum(CASE e.event WHEN 'redeem' THEN e.amount ELSE -e.amount END) AS amount
    FROM orders_ledgerentry e
    WHERE e.order_id = remains.order_id AND e.offer = %(kept_offer)s AND e.what = 'share'
        AND e.event IN ('redeem', 'refund')
) given
WHERE given.amount > 0 AND CASE %(metric)s WHEN 'units' THEN remains.units ELSE remains.amount END < %(tier)s
"""
#: that an order `o` is one of them
KEPT_IT = f"o.id IN (SELECT kept.id FROM ({BELOW}) kept)"  # noqa: S608 - ours
SUMS = "SELECT count(*), coalesce(sum(amount), 0)::bigint FROM ({below}) kept"


@dataclass(frozen=True, slots=True)
class Kept:
    orders: int = 0
    amount: int = 0


def kept_of(subject: Subject) -> Kept:
    """Nothing for what has no tiers."""
    names = tier_of(subject)
    if names is None:
        return Kept()
    with reader().cursor() as cursor:
        cursor.execute(SUMS.format(below=BELOW), names)
        return Kept(*cursor.fetchone())


def tier_of(subject: Subject) -> dict[str, Any] | None:
    """The names that `BELOW` asks for; None for what has no tiers."""
    params = subject.content.get("params") or {}
    lowest = min((tier["at"] for tier in params.get("tiers") or []), default=0)
    if not lowest or len(subject.offers) != 1:
        return None
    return {"kept_offer": subject.code, "metric": params.get("metric", "amount"), "tier": lowest}
