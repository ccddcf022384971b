"""Set-based moves of what orders hold: to used at payment, back to free when a hold ends. Locks as in guards.py."""

from __future__ import annotations

from collections.abc import Sequence

from apps.core.prepared import prepared_cursor

# What the orders hold of each counter, its rows locked first in the order of their ids.
DRAWN = """
WITH drawn AS MATERIALIZED (
    SELECT counter_id AS id, sum(amount - back)::bigint AS amount FROM orders_draw
    WHERE order_id = ANY(%(orders)s) GROUP BY counter_id
), locked AS MATERIALIZED (
    SELECT c.id FROM orders_counter c WHERE c.id IN (SELECT id FROM drawn) ORDER BY c.id FOR NO KEY UPDATE
), moved AS (
    UPDATE orders_counter counter SET {change}
    FROM drawn JOIN locked ON locked.id = drawn.id
    WHERE counter.id = drawn.id AND counter.held >= drawn.amount
    RETURNING counter.offer
)
SELECT (SELECT count(*) FROM drawn), (SELECT count(*) FROM moved), (SELECT array_agg(DISTINCT offer) FROM moved)
"""
SELL = DRAWN.format(change="held = counter.held - drawn.amount, used = counter.used + drawn.amount")
FREE = DRAWN.format(change="held = counter.held - drawn.amount")
FREE_LIMITS = """
WITH drawn AS MATERIALIZED (
    SELECT use_id AS id, sum(units - units_back)::bigint AS units, sum(orders - orders_back)::bigint AS orders
    FROM orders_customerdraw WHERE order_id = ANY(%(orders)s) GROUP BY use_id
), locked AS MATERIALIZED (
    SELECT u.id FROM orders_customeruse u WHERE u.id IN (SELECT id FROM drawn)
    ORDER BY u.customer, u.offer, u.sku, u.span FOR NO KEY UPDATE
)
UPDATE orders_customeruse had SET units = had.units - drawn.units, orders = had.orders - drawn.orders
FROM drawn JOIN locked ON locked.id = drawn.id WHERE had.id = drawn.id
"""
COPY = """
INSERT INTO orders_ledgerentry
    (event, order_id, what, offer, version, line, segment, sku, units, amount, bearer, restocked)
SELECT %(event)s, order_id, what, offer, version, line, segment, sku, units, amount, bearer, false
FROM orders_ledgerentry WHERE order_id = ANY(%(orders)s) AND event = 'hold' ORDER BY id
"""


def sell(orders: Sequence[int]) -> list[str]:
    """What these orders hold becomes used; the offers that are counted."""
    return _move(SELL, orders)


def free(orders: Sequence[int]) -> None:
    """What these orders hold is free again: of their customers' limits, then of the counters."""
    with prepared_cursor() as cursor:
        cursor.execute(FREE_LIMITS, {"orders": list(orders)})
    _move(FREE, orders)


def _move(statement: str, orders: Sequence[int]) -> list[str]:
    """Run a move; every counter drawn on must have been moved, or nothing is."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, {"orders": list(orders)})
        row = cursor.fetchone()
    assert row is not None
    drawn, moved, offers = row
    if drawn != moved:
        raise RuntimeError(f"{drawn} counters hold something for these orders, {moved} could be moved")
    return sorted(offers or ())


def copy_hold(orders: Sequence[int], event: str) -> None:
    """The ledger notes for all that was held that it was redeemed or released."""
    with prepared_cursor() as cursor:
        cursor.execute(COPY, {"orders": list(orders), "event": event})
