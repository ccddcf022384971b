"""The lowest price paid for each SKU on a day, from the ledger's sealed entries: each payment counts exactly once."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from apps.core.clock import database_now
from apps.impact.models.prices import PriceMark
from apps.orders.models import LedgerSeal

BATCH = 20_000
# Of a segment: units at the price of the item layer less the shares after it; its units together, rounded down.
WRITE = """
INSERT INTO impact_paidlow (sku, day, amount)
SELECT part.sku, part.day, min(part.amount) FROM (
    SELECT s.sku, (o.paid_at AT TIME ZONE %(zone)s)::date AS day,
        (s.units * (s.list_price_amount - s.item_reduction_amount) - coalesce(
            (SELECT sum((share->>1)::bigint) FROM jsonb_array_elements(s.shares) share), 0)) / s.units AS amount
    FROM orders_ledgerseal seal
    JOIN orders_ledgerentry e ON e.id = seal.entry_id AND e.event = 'redeem' AND e.what = 'payment'
    JOIN orders_order o ON o.id = e.order_id
    JOIN orders_ordersegment s ON s.order_id = o.id
    WHERE seal.number > %(since)s AND seal.number <= %(until)s AND o.paid_at IS NOT NULL
) part GROUP BY part.sku, part.day
ON CONFLICT (sku, day) DO UPDATE SET amount = least(impact_paidlow.amount, excluded.amount)
    WHERE excluded.amount < impact_paidlow.amount
"""


@transaction.atomic
def follow_payments() -> int:
    """Take in what was sealed since the last look, at most `BATCH` entries; how many there were."""
    mark, _made = PriceMark.objects.select_for_update().get_or_create(
        id=1, defaults={"followed_at": database_now()}
    )
    last = LedgerSeal.objects.aggregate(last=Max("number"))["last"] or 0
    until = min(last, mark.entry + BATCH)
    if until <= mark.entry:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"zone": settings.TIME_ZONE, "since": mark.entry, "until": until})
    taken, mark.entry = until - mark.entry, until
    mark.save(update_fields=["entry"])
    return taken
