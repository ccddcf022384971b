"""The guarded writes: the database decides, and the number of rows it changed is checked.

Every transaction takes its locks in this order: its order, customers' uses (by customer, offer, SKU, span), counters
(by id). Each statement locks its rows in that order before it changes any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.core.prepared import prepared_cursor, send
from apps.orders.buckets import DrawOn, NotEnough
from apps.orders.demand import TakenOfLimit

# The guards themselves; a test that takes one away must see the promise broken.
ROOM = "counter.held + counter.used + wanted.amount <= counter.total"
WITHIN_UNITS = "(excluded.most_units IS NULL OR had.units + excluded.units <= excluded.most_units)"
WITHIN_ORDERS = "(excluded.most_orders IS NULL OR had.orders + excluded.orders <= excluded.most_orders)"

TAKE = """
WITH locked AS MATERIALIZED (
    SELECT id FROM orders_counter WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE orders_counter counter SET held = counter.held + wanted.amount
FROM unnest(%(ids)s::bigint[], %(amounts)s::bigint[]) AS wanted(id, amount) JOIN locked ON locked.id = wanted.id
WHERE counter.id = wanted.id AND {room}
"""
USE = """
INSERT INTO orders_customeruse AS had (customer, offer, sku, span, units, orders, most_units, most_orders)
SELECT %(customer)s, * FROM unnest(%(offers)s::text[], %(skus)s::text[], %(spans)s::text[], %(units)s::bigint[],
    %(orders)s::bigint[], %(most_units)s::bigint[], %(most_orders)s::bigint[])
ON CONFLICT (customer, offer, sku, span) DO UPDATE
SET units = had.units + excluded.units, orders = had.orders + excluded.orders,
    most_units = excluded.most_units, most_orders = excluded.most_orders
WHERE {within_units} AND {within_orders}
RETURNING id, offer, sku, span
"""


def take_counters(draws: Sequence[DrawOn]) -> Any:
    """Hold these amounts. The cursor: as many rows as there are draws, or there was not enough of one."""
    return send(
        TAKE.format(room=ROOM),
        {"ids": [draw.counter for draw in draws], "amounts": [draw.amount for draw in draws]},
    )


def use_limits(customer: str | None, taken: Sequence[TakenOfLimit]) -> list[tuple[int, TakenOfLimit]]:
    """Count these against the customer's limits, all or none: (row, what was taken). Raises NotEnough."""
    if not taken or customer is None:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(
            USE.format(within_units=WITHIN_UNITS, within_orders=WITHIN_ORDERS),
            {
                "customer": customer,
                "offers": [one.offer for one in taken],
                "skus": [one.sku for one in taken],
                "spans": [one.span for one in taken],
                "units": [one.units for one in taken],
                "orders": [one.orders for one in taken],
                "most_units": [one.most_units for one in taken],
                "most_orders": [one.most_orders for one in taken],
            },
        )
        ids = {(offer, sku, span): id_ for id_, offer, sku, span in cursor.fetchall()}
    if len(ids) != len(taken):
        raise NotEnough("limit")
    return [(ids[one.offer, one.sku, one.span], one) for one in taken]
