"""Coupons that a refunded order had used go back to their customer, by the policy that the order was sold under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from apps.core.prepared import prepared_cursor
from apps.coupons.allowances import Change, make_room, shift
from apps.coupons.lifecycle import CouponState
from apps.coupons.services.closing import void_coupons
from apps.offers.documents.template import ReturnPolicy

# What it reserved before it was used is what it reserves again.
USED = """
SELECT c.id, c.code, c.template, c.bucket, c.valid_until, c.spent_amount, coalesce((
        SELECT -e.reserved_amount FROM coupons_couponentry e WHERE e.coupon_id = c.id AND e.event = 'use'
        ORDER BY e.id DESC LIMIT 1), 0), coalesce(t.voided_at > c.issued_at, false)
FROM coupons_coupon c LEFT JOIN coupons_coupontemplate t ON t.code = c.template
WHERE c.order_code = %(order)s AND c.state = 'used' ORDER BY c.id FOR NO KEY UPDATE OF c
"""
RETURN = """
WITH back AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reserves)s::bigint[], %(spent)s::bigint[],
        %(untils)s::timestamptz[]) AS b(id, state, reserve, spent, until)
), returned AS (
    UPDATE coupons_coupon c SET state = b.state, reserved_amount = b.reserve, spent_amount = 0, order_code = '',
        valid_until = b.until, state_at = %(now)s
    FROM back b WHERE c.id = b.id AND c.state = 'used'
    RETURNING c.id, c.template, c.customer_code, c.source, c.origin, b.state, b.reserve, b.spent
), closed AS (
    UPDATE coupons_redemption r SET state = 'returned', closed_at = %(now)s
    FROM returned WHERE r.coupon_id = returned.id AND r.order_code = %(order)s AND r.state = 'used'
), told AS (
    INSERT INTO coupons_couponentry (event, coupon_id, template, customer_code, source, origin, order_code,
        quantity, reserved_amount, spent_amount, reason)
    SELECT 'return', id, template, customer_code, source, origin, %(order)s, 0, reserve, -spent, '' FROM returned
    UNION ALL
    SELECT 'expire', id, template, customer_code, source, origin, %(order)s, 0, 0, 0, '' FROM returned
    WHERE state = 'expired'
)
SELECT count(*) FROM returned
"""


class Policy(NamedTuple):
    """What the template said when the order was placed."""

    return_policy: str
    grace_hours: int


class Used(NamedTuple):
    """A coupon that the order has; `reserve` is what it reserved before, `void` that its template was voided since."""

    id: int
    code: str
    template: str
    bucket: int
    valid_until: datetime | None
    spent_amount: int
    reserve: int
    void: bool


@dataclass(frozen=True, slots=True)
class Back:
    """What becomes of one: its state, what it reserves from now on, until when it is good."""

    coupon: Used
    state: CouponState
    reserve: int
    valid_until: datetime | None

    @property
    def change(self) -> Change:
        coupon = self.coupon
        return Change(coupon.template, coupon.bucket, 0, self.reserve, -coupon.spent_amount)


def lock_used(order: str) -> list[Used]:
    """The coupons that an order has used, locked."""
    with prepared_cursor() as cursor:
        cursor.execute(USED, {"order": order})
        return [Used(*row) for row in cursor.fetchall()]


def give_back(
    *, order: str, coupons: Sequence[Used], policies: Mapping[str, Policy], by_merchant: bool, now: datetime
) -> list[tuple[str, CouponState]]:
    """Return locked coupons of an order of which everything is back; (id, state) of each.

    Where the budget has no room for what a coupon reserves again it stays used: nothing is ever overspent.
    """
    kept = CouponState.USED
    states = {coupon.code: kept for coupon in coupons}
    back: list[Back] = []
    for coupon in sorted(coupons, key=lambda one: (one.template, one.bucket)):
        policy = policies.get(coupon.template)
        if policy is not None and policy.return_policy == ReturnPolicy.FULL_REFUND:
            one = _judged(coupon, policy, by_merchant, now)
            if make_room(coupon.template, coupon.bucket, one.reserve - coupon.spent_amount):
                back.append(one)
                states[coupon.code] = CouponState.VOID if coupon.void else one.state
    _write(order, back, now)
    return list(states.items())


def _judged(coupon: Used, policy: Policy, by_merchant: bool, now: datetime) -> Back:
    """Through the merchant's fault it lives on for some hours at least; void ones reserve nothing in passing."""
    until = coupon.valid_until
    if by_merchant and until is not None:
        until = max(until, now + timedelta(hours=policy.grace_hours))
    if coupon.void:
        return Back(coupon, CouponState.UNUSED, 0, until)
    if until is not None and until <= now:
        return Back(coupon, CouponState.EXPIRED, 0, coupon.valid_until)
    return Back(coupon, CouponState.UNUSED, coupon.reserve, until)


def _write(order: str, back: Sequence[Back], now: datetime) -> None:
    if not back:
        return
    names = {
        "order": order,
        "now": now,
        "ids": [one.coupon.id for one in back],
        "states": [one.state.value for one in back],
        "reserves": [one.reserve for one in back],
        "spent": [one.coupon.spent_amount for one in back],
        "untils": [one.valid_until for one in back],
    }
    with prepared_cursor() as cursor:
        cursor.execute(RETURN, names)
        (returned,) = cursor.fetchone()
    if returned != len(back):
        raise RuntimeError(f"{returned} of {len(back)} coupons of {order} came back")
    shift(one.change for one in back)
    void = [one.coupon.id for one in back if one.coupon.void]
    if void:
        void_coupons(void, actor_id=None, reason="")
