"""Set-based moves of what orders hold: to used at payment, back to free when a hold ends. Locks as in guards.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from apps.core.prepared import fetch_prepared, prepared_cursor
from apps.orders.record import as_json

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
    RETURNING counter.offer, counter.measure, counter.span, counter.total, counter.held, counter.used
)"""
MOVED = """
SELECT (SELECT count(*) FROM drawn), (SELECT count(*) FROM moved),
    (SELECT json_agg(json_build_array(offer, measure, span, total, held, used))::text FROM moved)
"""
FREE = DRAWN.format(change="held = counter.held - drawn.amount") + MOVED
# All that a payment writes: counters, ledger, state and event.
SELL = (
    DRAWN.format(change="held = counter.held - drawn.amount, used = counter.used + drawn.amount")  # noqa: S608 - ours
    + """, redeemed AS (
    INSERT INTO orders_ledgerentry
        (event, order_id, what, offer, version, line, segment, sku, units, amount, bearer, restocked)
    (SELECT 'redeem', order_id, what, offer, version, line, segment, sku, units, amount, bearer, false
    FROM orders_ledgerentry WHERE order_id = ANY(%(orders)s) AND event = 'hold' ORDER BY id)
    UNION ALL
    SELECT 'redeem', id, 'payment', '', 0, '', 0, '', 0, payable_amount, '', false
    FROM orders_order WHERE id = ANY(%(orders)s)
), paid AS (
    UPDATE orders_order SET state = 'paid', paid_at = %(at)s WHERE id = ANY(%(orders)s) RETURNING code
), told AS (
    INSERT INTO core_outboxevent (topic, subject, payload) SELECT 'order.paid', code, %(event)s::jsonb FROM paid
)"""
    + MOVED
)
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


class Moved(NamedTuple):
    """A counter as it stands after a move: one bucket of what there is of an offer."""

    offer: str
    measure: str
    span: str
    total: int
    held: int
    used: int


def sell(order: int, *, at: datetime, event: Mapping[str, Any]) -> list[Moved]:
    """What this order holds becomes used, the order paid, and it is told; the counters that it drew on."""
    return _move(SELL, {"orders": [order], "at": at, "event": as_json(event)})


def free_limits(orders: Sequence[int]) -> None:
    """What these orders hold of their customers' limits is free again; the counters come last of all."""
    with prepared_cursor() as cursor:
        cursor.execute(FREE_LIMITS, {"orders": list(orders)})


def free_counters(orders: Sequence[int]) -> None:
    _move(FREE, {"orders": list(orders)})


def _move(statement: str, names: Mapping[str, Any]) -> list[Moved]:
    """Run a move; every counter drawn on must have been moved, or nothing is."""
    drawn, moved, counters = fetch_prepared(statement, names)
    if drawn != moved:
        raise RuntimeError(f"{drawn} counters hold something for these orders, {moved} could be moved")
    return [Moved(*one) for one in orjson.loads(counters or "[]")]


def copy_hold(orders: Sequence[int], event: str) -> None:
    """The ledger notes for all that was held what became of it."""
    with prepared_cursor() as cursor:
        cursor.execute(COPY, {"orders": list(orders), "event": event})
