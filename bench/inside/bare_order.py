"""The writes of one order held and paid, as plain SQL over psycopg: what any program must write, and nothing around it.

Two durable transactions, one statement for each table as one would write them by hand, over psycopg's own connection,
which prepares what comes again. Nothing is looked up, priced or asked: the values are those of an order that the portal
sold before.
"""

from __future__ import annotations

import random
from typing import Any

import orjson
import psycopg

from apps.orders.models import Counter, Order

HOLD = """
INSERT INTO orders_order (code, client, shop_code, customer_code, state, currency, list_amount, discount_amount,
    shipping_fee_amount, shipping_discount_amount, payable_amount, as_of, book_version, created_at, held_until,
    request, quote, rewards)
VALUES (%s, 1, '', '', 'held', 'CNY', 1000, 500, 0, 0, 500, clock_timestamp(), %s, clock_timestamp(),
    clock_timestamp() + interval '15 minutes', %s, %s, '[]') RETURNING id
"""
SEGMENT = """
INSERT INTO orders_ordersegment (order_id, line, line_number, number, sku, units, list_price_amount, item_offer,
    item_reduction_amount, shares, adjusted)
VALUES (%s, '1', 0, 0, %s, 1, 1000, %s, 500, '[]', '[]')
"""
USE = """
INSERT INTO orders_orderuse (order_id, offer, version, layer, units, discount_amount, terms)
VALUES (%s, %s, 1, 'item', 1, 500, %s)
"""
ENTRY = """
INSERT INTO orders_ledgerentry (order_id, event, what, offer, version, line, segment, sku, units, amount, bearer,
    restocked)
VALUES (%s, %s, %s, %s, 1, '1', 0, %s, 1, 500, 'platform', false)
"""
PAYMENT = """
INSERT INTO orders_ledgerentry (order_id, event, what, offer, version, line, segment, sku, units, amount, bearer,
    restocked)
VALUES (%s, 'redeem', 'payment', '', 0, '', 0, '', 0, 500, '', false)
"""
DRAW = "INSERT INTO orders_draw (order_id, counter_id, amount) VALUES (%s, %s, 1)"
EVENT = "INSERT INTO core_outboxevent (topic, subject, payload) VALUES (%s, %s, %s)"
ANSWER = """
INSERT INTO core_idempotencyrecord (client, key, method, path, body_hash, status, content_type, body)
VALUES (1, %s, 'POST', %s, %s, 200, 'application/json', %s)
"""
TAKE = "UPDATE orders_counter SET held = held + 1 WHERE id = %s AND held + used + 1 <= total"
SELL = "UPDATE orders_counter SET held = held - 1, used = used + 1 WHERE id = %s AND held >= 1"
PAY = """
UPDATE orders_order SET state = 'paid', paid_at = clock_timestamp()
WHERE id = %s AND state = 'held' AND held_until > clock_timestamp()
"""


class BareOrders:
    """Sells what `like` sold, again and again, over a connection of its own."""

    def __init__(self, conninfo: str, like: Order) -> None:
        self.connection = psycopg.connect(conninfo, autocommit=True)
        self.book = like.book_version
        self.request, self.quote = orjson.dumps(like.request).decode(), orjson.dumps(like.quote).decode()
        self.terms = orjson.dumps(like.uses.get().terms).decode()
        self.sku, self.offer = like.segments.get().sku, like.uses.get().offer
        self.answer, self.hash = self.quote.encode(), "0" * 64
        self.counters = list(
            Counter.objects.filter(offer=self.offer).order_by("id").values_list("id", flat=True)
        )

    def sell(self, code: str) -> None:
        """From any of the rows that the stock is kept in, like the service."""
        self._sell(code, random.choice(self.counters))

    def sell_from_one_row(self, code: str) -> None:
        """As if the stock were one row, as most would write it."""
        self._sell(code, self.counters[0])

    def _sell(self, code: str, counter: int) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            order = self._hold(cursor, code, counter)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            self._pay(cursor, code, order, counter)

    def _hold(self, cursor: psycopg.Cursor[Any], code: str, counter: int) -> int:
        cursor.execute(HOLD, [code, self.book, self.request, self.quote])
        row = cursor.fetchone()
        assert row is not None
        (order,) = row
        cursor.execute(SEGMENT, [order, self.sku, self.offer])
        cursor.execute(USE, [order, self.offer, self.terms])
        cursor.execute(ENTRY, [order, "hold", "share", self.offer, self.sku])
        cursor.execute(DRAW, [order, counter])
        cursor.execute(EVENT, ["order.held", code, '{"payable_total": 500, "offers": ["hot-sale"]}'])
        cursor.execute(ANSWER, [code, "/api/v1/orders", self.hash, self.answer])
        cursor.execute(TAKE, [counter])
        assert cursor.rowcount == 1
        return order

    def _pay(self, cursor: psycopg.Cursor[Any], code: str, order: int, counter: int) -> None:
        cursor.execute(PAY, [order])
        assert cursor.rowcount == 1
        cursor.execute(ENTRY, [order, "redeem", "share", self.offer, self.sku])
        cursor.execute(PAYMENT, [order])
        cursor.execute(EVENT, ["order.paid", code, '{"payable_total": 500, "points": 0}'])
        cursor.execute(ANSWER, [f"{code}-pay", f"/api/v1/orders/{code}/pay", self.hash, self.answer])
        cursor.execute(SELL, [counter])
        assert cursor.rowcount == 1
