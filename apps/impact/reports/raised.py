"""先涨后降: list prices that went up shortly before an offer takes them down again, by the price history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from apps.impact.reports.scene import Scene

#: how long a list price should have stood before it is called the original one
DAYS = 30
MOST = 20
LOWER = """
SELECT s.code, s.price_amount, min(p.list_amount) FROM catalog_sku s
JOIN impact_pricespan p ON p.sku = s.code AND (p.ends_at IS NULL OR p.ends_at > %(since)s)
WHERE s.code = ANY(%(skus)s)
GROUP BY s.code, s.price_amount HAVING min(p.list_amount) < s.price_amount
ORDER BY min(p.list_amount)::numeric / s.price_amount, s.code
"""


def raised(scene: Scene) -> dict[str, Any]:
    """How many SKUs, and those whose price rose most: [code, list price now, lowest list price of those days]."""
    skus = [sku.sku for one in scene.classes for sku in one.skus]
    with connection.cursor() as cursor:
        cursor.execute(LOWER, {"skus": skus, "since": scene.now - timedelta(days=DAYS)})
        rows = cursor.fetchall()
    return {"count": len(rows), "days": DAYS, "skus": [list(row) for row in rows[:MOST]]}
