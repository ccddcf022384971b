"""The last attempt's way: everything an order may count against is locked before it is priced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from apps.orders.numbers import gift_skus
from apps.orders.spans import day_key, spans_of
from apps.pricing.cart import CartLine
from apps.pricing.offer import Offer

USES = """
SELECT id FROM orders_customeruse
WHERE customer = %(customer)s AND offer = ANY(%(offers)s) AND span = ANY(%(spans)s)
ORDER BY offer, sku, span FOR NO KEY UPDATE
"""
COUNTERS = """
SELECT id FROM orders_counter
WHERE offer = ANY(%(offers)s) AND sku = ANY(%(skus)s) AND span = ANY(%(spans)s)
ORDER BY id FOR NO KEY UPDATE
"""


def lock_numbers(offers: list[Offer], lines: Iterable[CartLine], customer: str | None, now: datetime) -> None:
    """Lock the customer's uses of these offers, then their counters for these lines, as all do."""
    if not offers:
        return
    day = day_key(now)
    names = {
        "customer": customer,
        "offers": [offer.code for offer in offers],
        "skus": list({"", *(line.sku for line in lines)}.union(*map(gift_skus, offers))),
        "spans": list({key for offer in offers for key in ("", *spans_of(offer, now, day))}),
    }
    with connection.cursor() as cursor:
        if customer is not None:
            cursor.execute(USES, names)
        cursor.execute(COUNTERS, names)
