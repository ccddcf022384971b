"""Writes an order with all that belongs to it in one statement, whatever the number of lines and offers.

The same statement asks the journal: where it names an offer used since the book that priced, nothing is written.
"""

from __future__ import annotations

from typing import Any

import orjson

from apps.core.prepared import send

LEDGER_COLUMNS = "event, what, offer, version, line, segment, sku, units, amount, bearer, restocked"
LEDGER_TYPES = """event text, what text, offer text, version int, line text, segment int, sku text, units bigint,
    amount bigint, bearer text, restocked boolean"""

# The guard against offers that changed meanwhile; a test that takes it away must see the promise broken.
UNCHANGED = "NOT EXISTS (SELECT FROM offers_bookchange WHERE id > %(book)s AND offer_code = ANY(%(offers)s))"
STATEMENT = f"""
WITH placed AS (
    INSERT INTO orders_order (code, client, shop_code, customer_code, state, currency, list_amount, discount_amount,
        shipping_fee_amount, shipping_discount_amount, payable_amount, as_of, book_version, created_at, held_until,
        request, quote, rewards)
    SELECT %(code)s, %(client)s, %(shop)s, %(customer)s, 'held', %(currency)s, %(list)s, %(discount)s,
        %(fee)s, %(fee_discount)s, %(payable)s, %(as_of)s, %(book)s, %(as_of)s, %(held_until)s,
        %(request)s::jsonb, %(quote)s::jsonb, %(rewards)s::jsonb
    WHERE {{unchanged}}
    RETURNING id
), segments AS (
    INSERT INTO orders_ordersegment (order_id, line, line_number, number, sku, units, list_price_amount,
        item_offer, item_reduction_amount, shares, adjusted)
    SELECT placed.id, s.*, '[]' FROM placed, json_to_recordset(%(segments)s::json) AS s(
        line text, line_number smallint, number int, sku text, units int, list_price_amount bigint,
        item_offer text, item_reduction_amount bigint, shares jsonb)
), uses AS (
    INSERT INTO orders_orderuse (order_id, offer, version, layer, units, discount_amount, terms)
    SELECT placed.id, u.* FROM placed, json_to_recordset(%(uses)s::json) AS u(
        offer text, version int, layer text, units int, discount_amount bigint, terms jsonb)
), entries AS (
    INSERT INTO orders_ledgerentry (order_id, {LEDGER_COLUMNS})
    SELECT placed.id, e.* FROM placed, json_to_recordset(%(entries)s::json) AS e({LEDGER_TYPES})
), drawn AS (
    INSERT INTO orders_draw (order_id, counter_id, amount)
    SELECT placed.id, d.* FROM placed, unnest(%(counters)s::bigint[], %(amounts)s::bigint[]) AS d(counter, amount)
), drawn_of_limits AS (
    INSERT INTO orders_customerdraw (order_id, use_id, units, orders)
    SELECT placed.id, d.* FROM placed,
        unnest(%(limits)s::bigint[], %(limit_units)s::bigint[], %(limit_orders)s::bigint[]) AS d(use, units, orders)
), promised AS (
    INSERT INTO coupons_rewardhold (order_code, offer, template, customer_code, quantity, reserved_amount, bucket,
        state)
    SELECT r.*, 'held' FROM placed, json_to_recordset(%(promised)s::json) AS r(order_code text, offer text,
        template text, customer_code text, quantity int, reserved_amount bigint, bucket smallint)
), told AS (
    INSERT INTO core_outboxevent (topic, subject, payload)
    SELECT 'order.held', %(code)s, %(event)s::jsonb FROM placed
)
SELECT id FROM placed
"""  # noqa: S608 - names of our own columns


def insert_order(values: dict[str, Any]) -> Any:
    """`values` are the statement's names; lists and objects go as JSON. A cursor with one row; none: a stale price."""
    return send(STATEMENT.format(unchanged=UNCHANGED), values)


def as_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
