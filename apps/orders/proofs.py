"""What must hold of orders, counters, limits and ledger at any time: queries that find nothing, run by `audit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection

from apps.core.audit_queries import register
from apps.orders.chain import LEDGER

HELD = "o.state = 'held'"
SOLD = "o.state IN ('paid', 'partially_refunded', 'refunded')"
OVER = "o.state IN ('cancelled', 'expired')"

COUNTERS = f"""
SELECT format('counter %s (%s %s %s): held %s, used %s, but orders hold %s and have bought %s',
    c.id, c.offer, c.measure, c.sku, c.held, c.used, d.held, d.used)
FROM orders_counter c LEFT JOIN LATERAL (
    SELECT coalesce(sum(d.amount - d.back) FILTER (WHERE {HELD}), 0) AS held,
        coalesce(sum(d.amount - d.back) FILTER (WHERE {SOLD}), 0) AS used
    FROM orders_draw d JOIN orders_order o ON o.id = d.order_id WHERE d.counter_id = c.id
) d ON true
WHERE c.held <> d.held OR c.used <> d.used OR c.held < 0 OR c.used < 0 OR c.held + c.used > c.total
"""  # noqa: S608 - clauses of this file
LIMITS = f"""
SELECT format('%s of %s (%s): %s units in %s orders, but the orders say %s in %s',
    u.customer, u.offer, u.sku, u.units, u.orders, d.units, d.orders)
FROM orders_customeruse u LEFT JOIN LATERAL (
    SELECT coalesce(sum(d.units - d.units_back), 0) AS units, coalesce(sum(d.orders - d.orders_back), 0) AS orders
    FROM orders_customerdraw d JOIN orders_order o ON o.id = d.order_id
    WHERE d.use_id = u.id AND ({HELD} OR {SOLD})
) d ON true
WHERE u.units <> d.units OR u.orders <> d.orders
    OR u.units > coalesce(u.most_units, u.units) OR u.orders > coalesce(u.most_orders, u.orders)
"""  # noqa: S608 - clauses of this file
# Units of the item layer and gifts, by the ledger; a refund or recall counts where it went back to stock.
LEDGER_STOCK = """
WITH ledger AS (
    SELECT e.offer, e.sku, sum(CASE e.event
        WHEN 'hold' THEN e.units WHEN 'release' THEN -e.units WHEN 'redeem' THEN 0
        ELSE CASE WHEN e.restocked THEN -e.units ELSE 0 END END) AS units
    FROM orders_ledgerentry e JOIN orders_orderuse u ON u.order_id = e.order_id AND u.offer = e.offer
    WHERE e.what = 'gift' OR (e.what = 'share' AND u.layer = 'item')
    GROUP BY e.offer, e.sku
), counted AS (
    SELECT offer, sku, sum(held + used) AS units FROM orders_counter
    WHERE measure = 'units' AND sku <> '' GROUP BY offer, sku
)
SELECT format('%s of %s: counters say %s units, the ledger %s', c.sku, c.offer, c.units, coalesce(l.units, 0))
FROM counted c LEFT JOIN ledger l USING (offer, sku) WHERE c.units <> coalesce(l.units, 0)
"""
LEDGER_BUDGET = """
WITH ledger AS (
    SELECT e.offer, sum(CASE e.event WHEN 'hold' THEN e.amount WHEN 'release' THEN -e.amount
        WHEN 'refund' THEN CASE WHEN e.restocked THEN -e.amount ELSE 0 END ELSE 0 END) AS amount
    FROM orders_ledgerentry e WHERE e.what IN ('share', 'shipping') AND e.offer <> '' GROUP BY e.offer
), counted AS (
    SELECT offer, sum(held + used) AS amount FROM orders_counter WHERE measure = 'budget' GROUP BY offer
)
SELECT format('budget of %s: counters say %s, the ledger %s', c.offer, c.amount, coalesce(l.amount, 0))
FROM counted c LEFT JOIN ledger l USING (offer) WHERE c.amount <> coalesce(l.amount, 0)
"""
SEGMENTS = """
SELECT format('order %s: segments list %s and discount %s, the order says %s and %s',
    o.code, s.list, s.discount, o.list_amount, o.discount_amount)
FROM orders_order o JOIN LATERAL (
    SELECT sum(s.units * s.list_price_amount) AS list,
        sum(s.units * s.item_reduction_amount + (SELECT coalesce(sum((share->>1)::bigint), 0)
            FROM jsonb_array_elements(s.shares) share)) AS discount
    FROM orders_ordersegment s WHERE s.order_id = o.id
) s ON true
WHERE s.list IS DISTINCT FROM o.list_amount OR s.discount IS DISTINCT FROM o.discount_amount
"""
USES = """
SELECT format('order %s, offer %s: discount %s, but the ledger held %s', o.code, u.offer, u.discount_amount, e.amount)
FROM orders_orderuse u JOIN orders_order o ON o.id = u.order_id JOIN LATERAL (
    SELECT coalesce(sum(e.amount), 0) AS amount FROM orders_ledgerentry e
    WHERE e.order_id = u.order_id AND e.offer = u.offer AND e.event = 'hold'
) e ON true
WHERE e.amount <> u.discount_amount
"""
REFUNDS = """
SELECT format('order %s (%s): paid back %s and %s, refunds say %s', o.code, o.state, o.refunded_amount,
    o.refunded_shipping_amount, r.total)
FROM orders_order o LEFT JOIN LATERAL (
    SELECT coalesce(sum(total_amount + clawback_amount), 0) AS total, coalesce(sum(shipping_amount), 0) AS shipping
    FROM orders_refund r WHERE r.order_id = o.id
) r ON true
WHERE r.total <> o.refunded_amount + o.refunded_shipping_amount OR r.shipping <> o.refunded_shipping_amount
"""
REVERSED = """
SELECT format('order %s, offer %s, %s[%s], borne by %s: %s reversed of %s', o.code, h.offer, h.line, h.segment,
    h.bearer, coalesce(r.amount, 0), h.amount)
FROM orders_ledgerentry h JOIN orders_order o ON o.id = h.order_id LEFT JOIN LATERAL (
    SELECT sum(r.amount) AS amount FROM orders_ledgerentry r
    WHERE r.order_id = h.order_id AND r.event = 'refund' AND r.what = 'share'
        AND (r.offer, r.line, r.segment, r.bearer) = (h.offer, h.line, h.segment, h.bearer)
) r ON true
WHERE h.event = 'hold' AND h.what = 'share'
    AND (coalesce(r.amount, 0) > h.amount OR (o.state = 'refunded' AND coalesce(r.amount, 0) <> h.amount))
"""
STATES = f"""
SELECT format('order %s is %s (paid at %s, closed at %s), but the ledger has %s held, %s redeemed, %s paid,'
    ' %s released',
    o.code, o.state, coalesce(o.paid_at::text, 'no time'), coalesce(o.closed_at::text, 'no time'),
    e.held, e.redeemed, e.payments, e.released)
FROM orders_order o JOIN LATERAL (
    SELECT count(*) FILTER (WHERE event = 'hold') AS held,
        count(*) FILTER (WHERE event = 'redeem' AND what <> 'payment') AS redeemed,
        count(*) FILTER (WHERE event = 'redeem' AND what = 'payment') AS payments,
        count(*) FILTER (WHERE event = 'release') AS released
    FROM orders_ledgerentry WHERE order_id = o.id
) e ON true
WHERE e.redeemed <> CASE WHEN {SOLD} THEN e.held ELSE 0 END
    OR e.payments <> CASE WHEN {SOLD} THEN 1 ELSE 0 END
    OR e.released <> CASE WHEN {OVER} THEN e.held ELSE 0 END
    OR (o.paid_at IS NOT NULL) <> ({SOLD}) OR (o.closed_at IS NOT NULL) <> ({OVER})
"""  # noqa: S608 - clauses of this file
UNSWEPT = """
SELECT format('order %s is held although its time was over at %s', code, held_until)
FROM orders_order WHERE state = 'held' AND held_until < clock_timestamp() - interval '10 minutes'
"""
UNITS_BACK = """
SELECT format('order %s is %s, but %s of %s units are back', o.code, o.state, s.returned, s.units)
FROM orders_order o JOIN LATERAL (
    SELECT sum(returned) AS returned, sum(units) AS units FROM orders_ordersegment WHERE order_id = o.id
) s ON true
WHERE (o.state = 'refunded') <> (s.returned = s.units)
"""
UNTOLD = """
SELECT format('order %s is %s, and no event says so', o.code, o.state) FROM orders_order o
WHERE NOT EXISTS (SELECT FROM core_outboxevent e WHERE e.subject = o.code
    AND e.topic = 'order.' || CASE WHEN o.state IN ('partially_refunded', 'refunded') THEN 'refunded' ELSE o.state END)
"""
# A voided order was closed at the instant of its voiding; voidings of one packet share it.
VOIDED = """
SELECT format('holds void since %s: %s orders over %s are counted, but %s over %s were cancelled',
    at, coalesce(v.orders, 0), coalesce(v.amount, 0), coalesce(o.orders, 0), coalesce(o.amount, 0))
FROM (SELECT at, sum(orders) AS orders, sum(amount) AS amount FROM orders_voiding GROUP BY at) v
FULL JOIN (
    SELECT closed_at AS at, count(*) AS orders, sum(payable_amount) AS amount
    FROM orders_order WHERE state = 'cancelled' AND close_reason = 'voided' GROUP BY closed_at
) o USING (at)
WHERE (coalesce(v.orders, 0), coalesce(v.amount, 0)) <> (coalesce(o.orders, 0), coalesce(o.amount, 0))
"""

PROOFS = {
    "orders.counters": ("stock = available + held + sold, and so for budgets and orders", COUNTERS),
    "orders.limits": ("what customers had is what their orders took, within the limits", LIMITS),
    "orders.ledger_stock": ("the ledger explains every unit counted", LEDGER_STOCK),
    "orders.ledger_budget": ("the ledger explains every amount counted", LEDGER_BUDGET),
    "orders.sums": ("segments add up to their order", SEGMENTS),
    "orders.discounts": ("what an offer took off is in the ledger by bearer", USES),
    "orders.refunds": ("refunds add up to what their order paid back", REFUNDS),
    "orders.reversals": ("no share is reversed beyond what it was, all of it when all is back", REVERSED),
    "orders.states": ("each order's state is what the ledger tells", STATES),
    "orders.units": ("an order is refunded when every unit is back", UNITS_BACK),
    "orders.lapsed": ("no hold outlives its time unseen", UNSWEPT),
    "orders.voidings": ("what a revocation cancelled is counted with it", VOIDED),
    "orders.events": ("every order's last step is told", UNTOLD),
}


def register_all() -> None:
    for name, (promise, statement) in PROOFS.items():
        register(name, promise, _finder(statement))
    register("orders.chain", "the ledger is what was sealed", LEDGER.verify)


def _finder(statement: str) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (sentence,) in cursor.fetchall():
                yield sentence

    return find
