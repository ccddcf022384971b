"""The end of unused coupons: expired or void, the reserve given back, the ledger told, a batch in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from apps.core.clock import now_sql
from apps.coupons.lifecycle import CouponState
from apps.coupons.models import CouponEvent

# Of the budgets' rows, before any is changed: whoever changes several takes them in this order.
LOCK_BUDGETS = """
SELECT 1 FROM coupons_templateallowance a WHERE (a.template, a.bucket) IN (
    SELECT template, bucket FROM coupons_coupon WHERE id = ANY(%s))
ORDER BY a.template, a.bucket FOR UPDATE
"""
# A void coupon gives its place in the budget back, an expired one only its money.
CLOSE = """
WITH was AS (
    SELECT id, code, template, customer_code, source, origin, bucket, reserved_amount
    FROM coupons_coupon WHERE id = ANY(%(ids)s) AND state = 'unused'
), closed AS (
    UPDATE coupons_coupon c SET state = %(state)s, reserved_amount = 0, state_at = {now}
    FROM was WHERE c.id = was.id
    RETURNING was.*
), told AS (
    INSERT INTO coupons_couponentry (event, coupon_id, template, customer_code, source, origin, order_code,
        quantity, reserved_amount, spent_amount, actor_id, reason)
    SELECT %(event)s, id, template, customer_code, source, origin, '', -%(places)s, -reserved_amount, 0,
        %(actor)s, %(reason)s
    FROM closed ORDER BY id
), freed AS (
    UPDATE coupons_templateallowance a
    SET reserved_amount = a.reserved_amount - f.amount, issued_quantity = a.issued_quantity - f.places
    FROM (SELECT template, bucket, sum(reserved_amount) AS amount, count(*) * %(places)s AS places
        FROM closed GROUP BY template, bucket) f
    WHERE a.template = f.template AND a.bucket = f.bucket
), heard AS (
    INSERT INTO core_outboxevent (topic, subject, payload)
    SELECT %(topic)s, code, json_build_object('coupon', code, 'template', template,
        'customer', customer_code, 'reason', %(reason)s::text)
    FROM closed WHERE %(topic)s <> '' ORDER BY id
)
SELECT count(*) FROM closed
"""


def expire_coupons(ids: Sequence[int]) -> int:
    """Coupons that the caller has locked and whose validity is over; the number that were unused."""
    return _close(ids, CouponState.EXPIRED, CouponEvent.EXPIRE, places=0)


def void_coupons(ids: Sequence[int], *, actor_id: int | None, reason: str) -> int:
    """Coupons that the caller has locked; the number that were unused. Their customers' shops are told."""
    return _close(
        ids,
        CouponState.VOID,
        CouponEvent.VOID,
        places=1,
        actor_id=actor_id,
        reason=reason,
        topic="coupon.void",
    )


def _close(
    ids: Sequence[int],
    state: CouponState,
    event: CouponEvent,
    *,
    places: int,
    actor_id: int | None = None,
    reason: str = "",
    topic: str = "",
) -> int:
    now, parameters = now_sql()
    moment = {"moment": parameters[0]} if parameters else {}
    named = {
        "ids": list(ids),
        "state": state.value,
        "event": event.value,
        "places": places,
        "actor": actor_id,
        "reason": reason[:500],
        "topic": topic,
        **moment,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK_BUDGETS, [list(ids)])
        cursor.execute(CLOSE.format(now="%(moment)s::timestamptz" if moment else now), named)
        row = cursor.fetchone()
    assert row is not None
    return row[0]
