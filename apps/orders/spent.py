"""What offers have cost: the discounts of paid orders by the ledger, refunds counted back; one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection

SPENT = """
SELECT e.offer, sum(CASE e.event WHEN 'hold' THEN e.amount WHEN 'refund' THEN -e.amount ELSE 0 END)::bigint
FROM orders_ledgerentry e JOIN orders_order o ON o.id = e.order_id
WHERE e.offer = ANY(%s) AND e.what IN ('share', 'shipping')
    AND o.state IN ('paid', 'partially_refunded', 'refunded')
GROUP BY e.offer
"""


def spent_by(codes: Collection[str]) -> Mapping[str, int]:
    """By code of activity or template, in minor units; what cost nothing is missing."""
    with connection.cursor() as cursor:
        cursor.execute(SPENT, [list(codes)])
        return {code: amount for code, amount in cursor.fetchall() if amount}
