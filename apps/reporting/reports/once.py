"""Orders of several offers, each counted once though it used two of them: in all, by day and by channel."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings

from apps.core.replica import reader
from apps.reporting.reports.numbers import Numbers

# Orders on the day of their payment, what was paid back on the day of the refund, as the sums have it.
STATEMENT = """
WITH mine AS MATERIALIZED (
    SELECT o.id, (o.paid_at AT TIME ZONE %(zone)s)::date AS day, coalesce(o.request ->> 'channel', '') AS channel,
        o.list_amount - o.discount_amount AS gmv,
        EXISTS (SELECT FROM reporting_firstorder f WHERE f."order" = o.id AND f.new) AS new
    FROM orders_order o WHERE o.paid_at IS NOT NULL
        AND o.id IN (SELECT u.order_id FROM orders_orderuse u WHERE u.offer = ANY(%(offers)s))
)
SELECT day, channel, count(*), count(*) FILTER (WHERE new), sum(gmv)::bigint, 0::bigint, 0::bigint
FROM mine GROUP BY 1, 2
UNION ALL
SELECT (r.created_at AT TIME ZONE %(zone)s)::date, mine.channel, 0, 0, 0,
    sum(r.total_amount + r.clawback_amount - r.shipping_amount)::bigint,
    count(*) FILTER (WHERE r.answer ->> 'state' = 'refunded' AND NOT EXISTS (
        SELECT FROM orders_refund f
        WHERE f.order_id = r.order_id AND f.id < r.id AND f.answer ->> 'state' = 'refunded'
    ))
FROM mine JOIN orders_refund r ON r.order_id = mine.id GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Once:
    """Orders and their money on one day over one channel."""

    day: date
    channel: str
    orders: int
    new_orders: int
    gmv_amount: int
    back_gmv_amount: int
    back_orders: int


COUNTED = ("orders", "new_orders", "gmv_amount", "back_gmv_amount", "back_orders")


def orders_once(offers: Collection[str]) -> list[Once] | None:
    """None where nothing can count twice."""
    if len(offers) < 2:
        return None
    with reader().cursor() as cursor:
        cursor.execute(STATEMENT, {"offers": list(offers), "zone": settings.TIME_ZONE})
        return [Once(*row) for row in cursor.fetchall()]


def counted_once(numbers: Numbers, once: Iterable[Once]) -> Numbers:
    """The same with orders and money of these; units and discounts are those of every offer."""
    rows = list(once)
    return replace(numbers, **{name: sum(getattr(one, name) for one in rows) for name in COUNTED})


def by_key(
    rows: Iterable[tuple[Any, Numbers]], once: list[Once] | None, key: Callable[[Once], Any]
) -> list[tuple[Any, Numbers]]:
    """Rows of days or of channels, each with its orders once."""
    if once is None:
        return list(rows)
    return [(one, counted_once(numbers, (row for row in once if key(row) == one))) for one, numbers in rows]
