"""What some offers sold in the last minutes: one statement over the ledger, whatever the number of offers.

Every offer is one probe of the ledger's index by offer and time, so a quiet offer costs nothing and a busy one what its
last ten minutes hold, at most `MOST` entries. What waits for payment comes from the index of open holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core.clock import now_sql

MINUTES = 10
# Of one offer; beyond that its orders a minute are at least what is shown.
MOST = 4_000
# Of the newest orders of one offer, those whose prices are looked at one by one.
CHECKED = 500

STATEMENT = """
WITH clock AS MATERIALIZED (SELECT {now} AS now),
wanted AS (SELECT unnest(%(offers)s::text[]) AS offer),
entries AS MATERIALIZED (
    SELECT wanted.offer, e.order_id, e.at, e.what, e.line, e.segment, e.amount
    FROM wanted, clock, LATERAL (
        SELECT l.order_id, l.at, l.what, l.line, l.segment, l.amount FROM orders_ledgerentry l
        WHERE l.offer = wanted.offer AND l.offer <> '' AND l.event = 'hold'
            AND l.at > clock.now - make_interval(mins => %(minutes)s)
        ORDER BY l.at DESC LIMIT %(most)s
    ) e
),
recent AS MATERIALIZED (
    SELECT e.offer, e.order_id, max(e.at) AS at, o.customer_code,
        sum(e.amount) FILTER (WHERE e.what IN ('share', 'shipping')) AS discount,
        row_number() OVER (PARTITION BY e.offer ORDER BY e.order_id DESC) AS place
    FROM entries e JOIN orders_order o ON o.id = e.order_id
    GROUP BY e.offer, e.order_id, o.customer_code
),
paces AS (
    SELECT recent.offer, count(*) AS orders, coalesce(sum(discount), 0)::bigint AS discount,
        count(*) FILTER (WHERE at > clock.now - interval '1 minute') AS last_minute
    FROM recent, clock GROUP BY recent.offer
),
-- A share borne by several parties is several entries of one segment.
touched AS (SELECT DISTINCT offer, order_id, line, segment FROM entries WHERE what = 'share'),
given AS (
    SELECT e.offer, sum(e.amount)::bigint AS discount FROM entries e WHERE e.what = 'share' GROUP BY e.offer
),
listed AS (
    SELECT t.offer, sum(s.list_price_amount * s.units)::bigint AS amount
    FROM touched t
    JOIN orders_ordersegment s ON s.order_id = t.order_id AND s.line = t.line AND s.number = t.segment
    GROUP BY t.offer
),
customers AS (
    SELECT DISTINCT ON (offer) offer, customer_code, discount, orders FROM (
        SELECT offer, customer_code, sum(discount)::bigint AS discount, count(*) AS orders FROM recent
        WHERE customer_code <> '' GROUP BY offer, customer_code
    ) one ORDER BY offer, discount DESC NULLS LAST, customer_code
),
low AS (
    SELECT r.offer, count(DISTINCT r.order_id) AS orders,
        (array_agg(ARRAY[s.sku, floor(net.amount / s.units)::bigint::text, k.floor_price_amount::text]
            ORDER BY net.amount::numeric / s.units - k.floor_price_amount, s.sku))[1:1] AS worst
    FROM recent r
    JOIN touched t ON t.offer = r.offer AND t.order_id = r.order_id
    JOIN orders_ordersegment s ON s.order_id = t.order_id AND s.line = t.line AND s.number = t.segment
    JOIN catalog_sku k ON k.code = s.sku
    CROSS JOIN LATERAL (
        SELECT s.units * (s.list_price_amount - s.item_reduction_amount)
            - coalesce((SELECT sum((one ->> 1)::bigint) FROM jsonb_array_elements(s.shares) one), 0) AS amount
    ) net
    WHERE r.place <= %(checked)s AND net.amount < s.units * k.floor_price_amount
    GROUP BY r.offer
),
held AS (
    SELECT u.offer, count(*) AS orders, coalesce(sum(u.units), 0)::bigint AS units
    FROM clock, orders_order o JOIN orders_orderuse u ON u.order_id = o.id
    WHERE o.state = 'held' AND o.held_until > clock.now AND u.offer = ANY(%(offers)s)
    GROUP BY u.offer
),
budgets AS (
    SELECT c.offer, sum(c.held)::bigint AS held, sum(c.used)::bigint AS used FROM orders_counter c
    WHERE c.offer = ANY(%(offers)s) AND c.measure = 'budget' AND c.sku = '' AND c.span = '' GROUP BY c.offer
)
SELECT clock.now, wanted.offer,
    coalesce(paces.orders, 0), coalesce(paces.last_minute, 0), coalesce(paces.discount, 0),
    coalesce(given.discount, 0), coalesce(listed.amount, 0),
    customers.customer_code, coalesce(customers.discount, 0), coalesce(customers.orders, 0),
    coalesce(low.orders, 0), low.worst[1][1], low.worst[1][2]::bigint, low.worst[1][3]::bigint,
    coalesce(held.orders, 0), coalesce(held.units, 0),
    coalesce(budgets.held, 0), coalesce(budgets.used, 0),
    EXISTS (SELECT 1 FROM orders_orderuse u WHERE u.offer = wanted.offer)
FROM clock CROSS JOIN wanted
LEFT JOIN paces USING (offer) LEFT JOIN given USING (offer) LEFT JOIN listed USING (offer)
LEFT JOIN customers USING (offer) LEFT JOIN low USING (offer) LEFT JOIN held USING (offer)
LEFT JOIN budgets USING (offer)
"""


@dataclass(frozen=True, slots=True)
class Trade:
    """One offer: the last ten minutes, what waits for payment, what its budget has lost. Amounts are minor units.

    `given` off `listed` is what it took off the goods that it touched; `discount` has shipping in it, too.
    """

    now: datetime
    offer: str
    orders: int
    last_minute: int
    discount: int
    given: int
    listed: int
    customer: str | None
    customer_discount: int
    customer_orders: int
    low_orders: int
    low_sku: str | None
    low_price: int | None
    low_floor: int | None
    held_orders: int
    held_units: int
    budget_held: int
    budget_used: int
    ever_sold: bool

    @property
    def average(self) -> int | None:
        """The discount of one order; None without any order."""
        return round(self.discount / self.orders) if self.orders else None

    @property
    def depth_bps(self) -> int | None:
        """How much of the list price it takes off, of the goods that it touched."""
        return round(10_000 * self.given / self.listed) if self.listed else None


def trades_of(offers: Sequence[str]) -> dict[str, Trade]:
    """The trade of each offer, by its code; one statement."""
    if not offers:
        return {}
    now, parameters = now_sql()
    names: dict[str, Any] = {
        "offers": list(offers),
        "minutes": MINUTES,
        "most": MOST,
        "checked": CHECKED,
    }
    if parameters:
        now, names["now"] = now.replace("%s", "%(now)s"), parameters[0]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.replace("{now}", now), names)
        return {row[1]: Trade(*row) for row in cursor.fetchall()}
