"""Statements that say which placement led to an order, whichever comes in first: the order or what its customer saw.

A click counts before an exposure, and of either the last one before the payment. What is seen in `DAYS` days or fewer
before it can have led to it.
"""

from __future__ import annotations

DAYS = 7
# Orders with the codes that a customer may have seen: their offers, and the campaigns that their coupons came from.
LED = """
of_orders AS MATERIALIZED (
    SELECT o.id, o.customer_code, o.paid_at, u.offer AS code
    FROM chosen JOIN orders_order o USING (id) JOIN orders_orderuse u ON u.order_id = o.id
    WHERE o.customer_code <> '' AND o.paid_at IS NOT NULL
    UNION
    SELECT o.id, o.customer_code, o.paid_at, c.origin
    FROM chosen JOIN orders_order o USING (id) JOIN coupons_redemption r ON r.order_code = o.code
    JOIN coupons_coupon c ON c.id = r.coupon_id
    WHERE o.customer_code <> '' AND o.paid_at IS NOT NULL AND c.origin <> '' AND r.state IN ('used', 'returned')
)
INSERT INTO reporting_led AS had ("order", code, placement, clicked, paid_at)
SELECT w.id, w.code, seen.placement, seen.type = 'click', w.paid_at
FROM of_orders w CROSS JOIN LATERAL (
    SELECT s.placement, s.type FROM sightings_sighting s
    WHERE s.customer_code = w.customer_code AND s.code = w.code AND s.placement <> '' AND s.customer_code <> ''
        AND s.at > w.paid_at - make_interval(days => %(days)s) AND s.at <= w.paid_at
        AND s.day BETWEEN (w.paid_at AT TIME ZONE 'UTC')::date - %(days)s AND (w.paid_at AT TIME ZONE 'UTC')::date
    ORDER BY s.type = 'click' DESC, s.at DESC, s.id DESC LIMIT 1
) seen
ON CONFLICT ("order", code) DO UPDATE SET placement = excluded.placement, clicked = excluded.clicked
"""
BY_ORDERS = "WITH chosen AS MATERIALIZED (SELECT unnest(%(orders)s::bigint[]) AS id)," + LED
# What was told late may have led to orders that are summed already.
BY_SIGHTINGS = (
    """
WITH chosen AS MATERIALIZED (
    SELECT DISTINCT o.id FROM sightings_sighting s JOIN orders_order o ON o.customer_code = s.customer_code
    WHERE s.transaction >= (%(after)s::text)::xid8 AND s.transaction < (%(until)s::text)::xid8
        AND s.customer_code <> '' AND s.placement <> ''
        AND o.paid_at >= s.at AND o.paid_at < s.at + make_interval(days => %(days)s)
),"""  # noqa: S608 - statements of ours
    + LED
)
