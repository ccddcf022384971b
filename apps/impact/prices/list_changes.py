"""When list prices changed, imports of the catalogue included: for whoever asks whether a copied draft is stale."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

CHANGES = """
SELECT sku, starts_at, before FROM (
    SELECT sku, starts_at, list_amount, lag(list_amount) OVER (PARTITION BY sku ORDER BY starts_at) AS before
    FROM impact_pricespan WHERE sku = ANY(%s)
) span WHERE starts_at > %s AND before <> list_amount ORDER BY sku, starts_at
"""


def list_changes(skus: Collection[str], since: datetime) -> Mapping[str, Sequence[tuple[datetime, int]]]:
    """By SKU, oldest first: when its list price changed after `since`, and what it was before, in minor units."""
    found: dict[str, list[tuple[datetime, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [list(skus), since])
        for sku, at, before in cursor.fetchall():
            found.setdefault(sku, []).append((at, before))
    return found
