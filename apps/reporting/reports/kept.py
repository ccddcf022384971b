"""Discounts that customers kept although what they returned broke the tier that gave them."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.replica import reader
from apps.reporting.reports.subjects import Subject

# What remains is measured as the tier measured it, on the goods that the offer touched.
STATEMENT = """
WITH orders AS (
    SELECT o.id FROM orders_order o JOIN orders_orderuse u ON u.order_id = o.id
    WHERE u.offer = %(offer)s AND o.state = 'partially_refunded'
), remains AS (
    SELECT s.order_id, sum(s.units - s.returned) AS units,
        sum((s.units - s.returned) * (s.list_price_amount - s.item_reduction_amount)) AS amount
    FROM orders_ordersegment s
    WHERE s.order_id IN (SELECT id FROM orders) AND (
        s.item_offer = %(offer)s
        OR EXISTS (SELECT FROM jsonb_array_elements(s.shares) one WHERE one ->> 0 = %(offer)s)
    ) GROUP BY 1
), given AS (
    SELECT e.order_id, sum(CASE e.event WHEN 'redeem' THEN e.amount ELSE -e.amount END) AS amount
    FROM orders_ledgerentry e
    WHERE e.order_id IN (SELECT id FROM orders) AND e.offer = %(offer)s AND e.what = 'share'
        AND e.event IN ('redeem', 'refund') GROUP BY 1
)
SELECT count(*), coalesce(sum(given.amount), 0)::bigint FROM remains JOIN given USING (order_id)
WHERE given.amount > 0 AND CASE %(metric)s WHEN 'units' THEN remains.units ELSE remains.amount END < %(at)s
"""


@dataclass(frozen=True, slots=True)
class Kept:
    orders: int = 0
    amount: int = 0


def kept_of(subject: Subject) -> Kept:
    """Nothing for what has no tiers."""
    params = subject.content.get("params") or {}
    tiers = params.get("tiers") or []
    lowest = min((tier["at"] for tier in tiers), default=0)
    if not lowest or len(subject.offers) != 1:
        return Kept()
    names = {"offer": subject.code, "metric": params.get("metric", "amount"), "at": lowest}
    with reader().cursor() as cursor:
        cursor.execute(STATEMENT, names)
        return Kept(*cursor.fetchone())
