"""What a stop would do as things stand, told before anybody does it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from apps.core.clock import now_sql

HELD = """
SELECT count(DISTINCT o.id) FROM orders_order o JOIN orders_orderuse u ON u.order_id = o.id
WHERE o.state = 'held' AND o.held_until > {now} AND u.offer = ANY(%s)
    AND (%s::text[] IS NULL OR EXISTS (
        SELECT 1 FROM orders_ordersegment s WHERE s.order_id = o.id AND s.sku = ANY(%s)
            AND (s.item_offer = u.offer OR EXISTS (
                SELECT 1 FROM jsonb_array_elements(s.shares) one WHERE one ->> 0 = u.offer))))
"""
HELD_BY_SKU = """
SELECT s.sku, count(DISTINCT o.id) FROM orders_order o
JOIN orders_orderuse u ON u.order_id = o.id JOIN orders_ordersegment s ON s.order_id = o.id
WHERE o.state = 'held' AND o.held_until > {now} AND u.offer = %s AND s.sku = ANY(%s)
GROUP BY s.sku
"""


def held_orders(offers: Iterable[str], skus: Iterable[str] | None = None) -> int:
    """Orders not yet paid that have one of these offers, with `skus` only on one of those."""
    now, parameters = now_sql()
    wanted = None if skus is None else list(skus)
    with connection.cursor() as cursor:
        cursor.execute(HELD.replace("{now}", now), [*parameters, list(offers), wanted, wanted])
        row = cursor.fetchone()
    return row[0] if row else 0


def held_by_sku(offer: str, skus: Iterable[str]) -> dict[str, int]:
    """Of one offer: the orders not yet paid with each of these SKUs."""
    now, parameters = now_sql()
    with connection.cursor() as cursor:
        cursor.execute(HELD_BY_SKU.replace("{now}", now), [*parameters, offer, list(skus)])
        return dict(cursor.fetchall())
