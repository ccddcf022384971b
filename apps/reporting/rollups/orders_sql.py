"""Statements that sum a set of paid orders, or of refunds, into the tables of the roll-up. Each is set-based.

A payment's entries commit together, as a refund's do: whoever sees one of them sees the whole order or refund. So an
order is summed when the entry of its payment has been sealed, a refund when its first entry has.
"""

from __future__ import annotations

CHANGES = """
SELECT coalesce(array_agg(e.order_id) FILTER (WHERE e.event = 'redeem' AND e.what = 'payment'), '{}'),
    coalesce(array_agg(e.refund_id) FILTER (
        WHERE e.refund_id IS NOT NULL
            AND e.id = (SELECT min(f.id) FROM orders_ledgerentry f WHERE f.refund_id = e.refund_id)
    ), '{}')
FROM orders_ledgerseal s JOIN orders_ledgerentry e ON e.id = s.entry_id
WHERE s.number > %(after)s AND s.number <= %(until)s
"""
# An unknown number of earlier orders is not none. Orders are counted only for those who are not noted yet: the more
# often somebody buys, the dearer that would be otherwise.
FIRST_ORDERS = """
INSERT INTO reporting_firstorder (customer_code, "order", new)
SELECT first.customer_code, first.id, coalesce(c.orders, 1) <= (
    SELECT count(*) FROM orders_order p WHERE p.customer_code = first.customer_code AND p.paid_at IS NOT NULL
) AND c.orders IS NOT NULL
FROM (
    SELECT DISTINCT ON (o.customer_code) o.customer_code, o.id FROM orders_order o
    WHERE o.id = ANY(%(orders)s) AND o.customer_code <> ''
        AND NOT EXISTS (SELECT FROM reporting_firstorder f WHERE f.customer_code = o.customer_code)
    ORDER BY o.customer_code, o.paid_at, o.id
) first LEFT JOIN audiences_customer c ON c.code = first.customer_code
ON CONFLICT DO NOTHING
"""
PAID = """
paid AS MATERIALIZED (
    SELECT o.id, date_trunc('hour', o.paid_at, %(zone)s) AS hour, (o.paid_at AT TIME ZONE %(zone)s)::date AS day,
        o.paid_at, o.customer_code, coalesce(o.request ->> 'channel', '') AS channel,
        o.list_amount - o.discount_amount AS gmv,
        EXISTS (SELECT FROM reporting_firstorder f WHERE f."order" = o.id AND f.new) AS new
    FROM orders_order o WHERE o.id = ANY(%(orders)s)
), pieces AS MATERIALIZED (
    SELECT s.id, s.order_id, s.sku, s.units::bigint AS units, s.units::bigint * s.list_price_amount AS list,
        s.units::bigint * (s.list_price_amount - s.item_reduction_amount)
            - coalesce((SELECT sum((one ->> 1)::bigint) FROM jsonb_array_elements(s.shares) one), 0)::bigint AS net,
        s.item_offer, s.shares
    FROM orders_ordersegment s WHERE s.order_id = ANY(%(orders)s)
), touched AS MATERIALIZED (
    SELECT id, order_id, item_offer AS offer FROM pieces WHERE item_offer <> ''
    UNION SELECT id, order_id, one ->> 0 FROM pieces, jsonb_array_elements(shares) one
)
"""
ADD_TRADE = """
INSERT INTO reporting_trade AS had (hour, about, code, channel, orders, new_orders, units, list_amount, net_amount,
    gmv_amount, discount_amount, back_orders, back_units, back_list_amount, back_net_amount, back_gmv_amount,
    back_discount_amount)
{rows}
ON CONFLICT (about, code, hour, channel) DO UPDATE SET
    orders = had.orders + excluded.orders, new_orders = had.new_orders + excluded.new_orders,
    units = had.units + excluded.units, list_amount = had.list_amount + excluded.list_amount,
    net_amount = had.net_amount + excluded.net_amount, gmv_amount = had.gmv_amount + excluded.gmv_amount,
    discount_amount = had.discount_amount + excluded.discount_amount,
    back_orders = had.back_orders + excluded.back_orders, back_units = had.back_units + excluded.back_units,
    back_list_amount = had.back_list_amount + excluded.back_list_amount,
    back_net_amount = had.back_net_amount + excluded.back_net_amount,
    back_gmv_amount = had.back_gmv_amount + excluded.back_gmv_amount,
    back_discount_amount = had.back_discount_amount + excluded.back_discount_amount
"""
SOLD_TRADE = (
    "WITH "  # noqa: S608 - statements of ours
    + PAID
    + """, given AS MATERIALIZED (
    SELECT order_id, offer, sum(amount)::bigint AS amount FROM orders_ledgerentry
    WHERE order_id = ANY(%(orders)s) AND event = 'redeem' AND what IN ('share', 'shipping') GROUP BY 1, 2
), of_offers AS (
    SELECT t.order_id, t.offer, sum(p.units) AS units, sum(p.list) AS list, sum(p.net) AS net
    FROM touched t JOIN pieces p USING (id) GROUP BY 1, 2
), of_orders AS (
    SELECT order_id, sum(units) AS units, sum(list) AS list, sum(net) AS net FROM pieces GROUP BY 1
), of_shops AS (
    SELECT p.order_id, coalesce(k.shop_id, '') AS shop, sum(p.units) AS units, sum(p.list) AS list, sum(p.net) AS net
    FROM pieces p LEFT JOIN catalog_sku k ON k.code = p.sku GROUP BY 1, 2
), rows AS (
    SELECT paid.hour, 'offer' AS about, u.offer AS code, paid.channel, paid.new, paid.gmv, o.units, o.list, o.net,
        g.amount
    FROM paid JOIN orders_orderuse u ON u.order_id = paid.id
    LEFT JOIN of_offers o ON o.order_id = paid.id AND o.offer = u.offer
    LEFT JOIN given g ON g.order_id = paid.id AND g.offer = u.offer
    UNION ALL
    SELECT paid.hour, 'all', '', paid.channel, paid.new, paid.gmv, o.units, o.list, o.net,
        (SELECT sum(g.amount) FROM given g WHERE g.order_id = paid.id)
    FROM paid LEFT JOIN of_orders o ON o.order_id = paid.id
    UNION ALL
    SELECT paid.hour, 'shop', s.shop, paid.channel, paid.new, s.net, s.units, s.list, s.net, s.list - s.net
    FROM paid JOIN of_shops s ON s.order_id = paid.id
)"""
    + ADD_TRADE.format(
        rows="""SELECT hour, about, code, channel, count(*), count(*) FILTER (WHERE new), coalesce(sum(units), 0),
    coalesce(sum(list), 0), coalesce(sum(net), 0), coalesce(sum(gmv), 0), coalesce(sum(amount), 0), 0, 0, 0, 0, 0, 0
FROM rows GROUP BY 1, 2, 3, 4"""
    )
)
ADD_GOODS = """
INSERT INTO reporting_goods AS had (day, offer, sku, units, list_amount, net_amount)
{rows}
ON CONFLICT (offer, day, sku) DO UPDATE SET units = had.units + excluded.units,
    list_amount = had.list_amount + excluded.list_amount, net_amount = had.net_amount + excluded.net_amount
"""
SOLD_GOODS = (
    "WITH "  # noqa: S608 - statements of ours
    + PAID
    + ADD_GOODS.format(
        rows="""SELECT paid.day, one.offer, p.sku, sum(p.units), sum(p.list), sum(p.net)
FROM (SELECT id, order_id, offer FROM touched UNION ALL SELECT id, order_id, '' FROM pieces) one
JOIN pieces p USING (id) JOIN paid ON paid.id = p.order_id GROUP BY 1, 2, 3"""
    )
)
SOLD_BORNE = """
INSERT INTO reporting_borne AS had (hour, offer, bearer, amount, back_amount)
SELECT date_trunc('hour', o.paid_at, %(zone)s), e.offer, e.bearer, sum(e.amount), 0
FROM orders_ledgerentry e JOIN orders_order o ON o.id = e.order_id
WHERE e.order_id = ANY(%(orders)s) AND e.event = 'redeem' AND e.what IN ('share', 'shipping')
GROUP BY 1, 2, 3
ON CONFLICT (offer, hour, bearer) DO UPDATE SET amount = had.amount + excluded.amount
"""
BUYERS = (
    "WITH "  # noqa: S608 - statements of ours
    + PAID
    + """
INSERT INTO reporting_buyer AS had (offer, customer_code, orders, first_at, came_new)
SELECT one.offer, paid.customer_code, count(*), min(paid.paid_at), bool_or(paid.new)
FROM paid JOIN (
    SELECT order_id, offer FROM orders_orderuse WHERE order_id = ANY(%(orders)s) UNION ALL SELECT id, '' FROM paid
) one ON one.order_id = paid.id
WHERE paid.customer_code <> '' GROUP BY 1, 2
ON CONFLICT (offer, customer_code) DO UPDATE SET orders = had.orders + excluded.orders,
    first_at = least(had.first_at, excluded.first_at), came_new = had.came_new OR excluded.came_new
"""
)
GONE = """
gone AS MATERIALIZED (
    SELECT r.id, r.order_id, date_trunc('hour', r.created_at, %(zone)s) AS hour,
        (r.created_at AT TIME ZONE %(zone)s)::date AS day, coalesce(o.request ->> 'channel', '') AS channel,
        r.total_amount + r.clawback_amount - r.shipping_amount AS gmv, r.answer,
        r.answer ->> 'state' = 'refunded' AND NOT EXISTS (
            SELECT FROM orders_refund f
            WHERE f.order_id = r.order_id AND f.id < r.id AND f.answer ->> 'state' = 'refunded'
        ) AS whole
    FROM orders_refund r JOIN orders_order o ON o.id = r.order_id WHERE r.id = ANY(%(refunds)s)
), pieces AS MATERIALIZED (
    SELECT gone.id AS refund_id, s.id, s.sku, (one ->> 'units')::bigint AS units,
        (one ->> 'units')::bigint * s.list_price_amount AS list, (one ->> 'amount')::bigint AS net
    FROM gone CROSS JOIN LATERAL jsonb_array_elements(gone.answer -> 'lines') one
    JOIN orders_ordersegment s
        ON s.order_id = gone.order_id AND s.line = one ->> 'line' AND s.number = (one ->> 'segment')::int
    UNION ALL
    -- money without units lies on the first piece of its line
    SELECT gone.id, (
        SELECT s.id FROM orders_ordersegment s WHERE s.order_id = gone.order_id AND s.line = one ->> 'line'
        ORDER BY s.number LIMIT 1
    ), (
        SELECT s.sku FROM orders_ordersegment s WHERE s.order_id = gone.order_id AND s.line = one ->> 'line'
        ORDER BY s.number LIMIT 1
    ), 0, 0, (one ->> 'amount')::bigint
    FROM gone, jsonb_array_elements(gone.answer -> 'adjustments') one
), touched AS MATERIALIZED (
    SELECT DISTINCT s.id, offers.offer FROM orders_ordersegment s, LATERAL (
        SELECT s.item_offer AS offer WHERE s.item_offer <> ''
        UNION SELECT one ->> 0 FROM jsonb_array_elements(s.shares) one
    ) offers WHERE s.id IN (SELECT id FROM pieces)
)
"""
GONE_TRADE = (
    "WITH "  # noqa: S608 - statements of ours
    + GONE
    + """, given AS MATERIALIZED (
    SELECT refund_id, offer, sum(amount)::bigint AS amount FROM orders_ledgerentry
    WHERE refund_id = ANY(%(refunds)s) AND event = 'refund' AND what = 'share' GROUP BY 1, 2
), of_offers AS (
    SELECT p.refund_id, t.offer, sum(p.units) AS units, sum(p.list) AS list, sum(p.net) AS net
    FROM pieces p JOIN touched t USING (id) GROUP BY 1, 2
), of_refunds AS (
    SELECT refund_id, sum(units) AS units, sum(list) AS list, sum(net) AS net FROM pieces GROUP BY 1
), of_shops AS (
    SELECT p.refund_id, coalesce(k.shop_id, '') AS shop, sum(p.units) AS units, sum(p.list) AS list, sum(p.net) AS net
    FROM pieces p LEFT JOIN catalog_sku k ON k.code = p.sku GROUP BY 1, 2
), rows AS (
    SELECT gone.hour, 'offer' AS about, u.offer AS code, gone.channel, gone.whole, gone.gmv, o.units, o.list, o.net,
        g.amount
    FROM gone JOIN orders_orderuse u ON u.order_id = gone.order_id
    LEFT JOIN of_offers o ON o.refund_id = gone.id AND o.offer = u.offer
    LEFT JOIN given g ON g.refund_id = gone.id AND g.offer = u.offer
    UNION ALL
    SELECT gone.hour, 'all', '', gone.channel, gone.whole, gone.gmv, o.units, o.list, o.net,
        (SELECT sum(g.amount) FROM given g WHERE g.refund_id = gone.id)
    FROM gone LEFT JOIN of_refunds o ON o.refund_id = gone.id
    UNION ALL
    SELECT gone.hour, 'shop', s.shop, gone.channel, gone.whole, s.net, s.units, s.list, s.net, s.list - s.net
    FROM gone JOIN of_shops s ON s.refund_id = gone.id
)"""
    + ADD_TRADE.format(
        rows="""SELECT hour, about, code, channel, 0, 0, 0, 0, 0, 0, 0, count(*) FILTER (WHERE whole),
    coalesce(sum(units), 0), coalesce(sum(list), 0), coalesce(sum(net), 0), coalesce(sum(gmv), 0),
    coalesce(sum(amount), 0)
FROM rows GROUP BY 1, 2, 3, 4"""
    )
)
GONE_GOODS = (
    "WITH "  # noqa: S608 - statements of ours
    + GONE
    + ADD_GOODS.format(
        rows="""SELECT gone.day, one.offer, p.sku, -sum(p.units), -sum(p.list), -sum(p.net)
FROM pieces p JOIN gone ON gone.id = p.refund_id
JOIN (SELECT id, offer FROM touched UNION ALL SELECT DISTINCT id, '' FROM pieces) one ON one.id = p.id
GROUP BY 1, 2, 3"""
    )
)
GONE_BORNE = """
INSERT INTO reporting_borne AS had (hour, offer, bearer, amount, back_amount)
SELECT date_trunc('hour', r.created_at, %(zone)s), e.offer, e.bearer, 0, sum(e.amount)
FROM orders_ledgerentry e JOIN orders_refund r ON r.id = e.refund_id
WHERE e.refund_id = ANY(%(refunds)s) AND e.event = 'refund' AND e.what = 'share'
GROUP BY 1, 2, 3
ON CONFLICT (offer, hour, bearer) DO UPDATE SET back_amount = had.back_amount + excluded.back_amount
"""
ORDERS = (FIRST_ORDERS, SOLD_TRADE, SOLD_GOODS, SOLD_BORNE, BUYERS)
REFUNDS = (GONE_TRADE, GONE_GOODS, GONE_BORNE)
