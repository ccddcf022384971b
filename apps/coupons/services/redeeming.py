"""What orders do with coupons: hold, use, release, give back; each a set of rows, in the order's own transaction.

Locks, in the order of all: the order's row first (the caller has it), coupons by id, then parts of budgets by
(template, bucket). Every coupon that was asked for must have moved, or nothing does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.clock import now_sql
from apps.core.prepared import prepared_cursor
from apps.coupons.allowances import Change, shift
from apps.coupons.lifecycle import CouponState
from apps.coupons.services import rewards
from apps.coupons.services.closing import expire_coupons, void_coupons

# The guards themselves; a test that takes one away must see the promise broken.
STILL_UNUSED = "coupon.state = 'unused'"
IN_TIME = "valid_from <= {now} AND (valid_until IS NULL OR {now} < valid_until)"

HOLD = """
WITH locked AS MATERIALIZED (
    SELECT id, customer_code, valid_from, valid_until FROM coupons_coupon
    WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
), fit AS MATERIALIZED (
    SELECT id FROM locked WHERE customer_code = %(customer)s AND {in_time}
), held AS (
    UPDATE coupons_coupon coupon SET state = 'held', order_code = %(order)s, state_at = {now}
    FROM fit WHERE coupon.id = fit.id AND {still_unused}
    RETURNING coupon.id, coupon.template, coupon.customer_code, coupon.source, coupon.origin
), redeemed AS (
    INSERT INTO coupons_redemption (coupon_id, order_code, state, discount_amount)
    SELECT held.id, %(order)s, 'held', wanted.discount
    FROM held JOIN unnest(%(ids)s::bigint[], %(discounts)s::bigint[]) AS wanted(id, discount) USING (id)
)
INSERT INTO coupons_couponentry (event, coupon_id, template, customer_code, source, origin, order_code,
    quantity, reserved_amount, spent_amount, reason)
SELECT 'hold', id, template, customer_code, source, origin, %(order)s, 0, 0, 0, '' FROM held ORDER BY id
"""
# Its reserve becomes what it gave; the rest is free again. What reserves nothing spends nothing. A template that gives
# more by now than it reserved raises the whole to what is spent: a coupon is never refused for money.
USE = """
WITH locked AS MATERIALIZED (
    SELECT c.id, c.template, c.bucket, c.customer_code, c.source, c.origin, c.order_code, c.reserved_amount,
        CASE WHEN c.reserved_amount > 0 THEN r.discount_amount ELSE 0 END AS spent_amount, r.id AS redemption
    FROM coupons_coupon c JOIN coupons_redemption r ON r.coupon_id = c.id AND r.order_code = c.order_code
    WHERE c.order_code = ANY(%(orders)s) AND c.state = 'held' AND r.state = 'held'
    ORDER BY c.id FOR NO KEY UPDATE OF c
), sums AS MATERIALIZED (
    SELECT template, bucket, sum(reserved_amount)::bigint AS reserved, sum(spent_amount)::bigint AS spent
    FROM locked WHERE reserved_amount > 0 GROUP BY template, bucket
), parts AS MATERIALIZED (
    SELECT a.id, s.reserved, s.spent FROM coupons_templateallowance a JOIN sums s USING (template, bucket)
    ORDER BY a.template, a.bucket FOR NO KEY UPDATE OF a
), booked AS (
    UPDATE coupons_templateallowance a
    SET reserved_amount = a.reserved_amount - p.reserved, spent_amount = a.spent_amount + p.spent,
        total_amount = CASE WHEN a.total_amount IS NOT NULL THEN greatest(a.total_amount,
            a.reserved_amount - p.reserved + a.spent_amount + p.spent) END
    FROM parts p WHERE a.id = p.id RETURNING a.id
), used AS (
    UPDATE coupons_coupon c SET state = 'used', reserved_amount = 0, spent_amount = l.spent_amount, state_at = {now}
    FROM locked l WHERE c.id = l.id AND c.state = 'held' RETURNING c.id
), redeemed AS (
    UPDATE coupons_redemption r SET state = 'used' FROM locked l WHERE r.id = l.redemption
), told AS (
    INSERT INTO coupons_couponentry (event, coupon_id, template, customer_code, source, origin, order_code,
        quantity, reserved_amount, spent_amount, reason)
    SELECT 'use', id, template, customer_code, source, origin, order_code, 0, -reserved_amount, spent_amount, ''
    FROM locked ORDER BY id
)
SELECT (SELECT count(*) FROM used), (SELECT count(*) FROM sums) - (SELECT count(*) FROM booked)
"""
# Says of each whether its validity or its template ended meanwhile.
RELEASE = """
WITH locked AS MATERIALIZED (
    SELECT c.id, c.order_code FROM coupons_coupon c
    WHERE c.order_code = ANY(%(orders)s) AND c.state = 'held' ORDER BY c.id FOR NO KEY UPDATE
), released AS (
    UPDATE coupons_coupon c SET state = 'unused', order_code = '', state_at = {now}
    FROM locked l WHERE c.id = l.id AND c.state = 'held'
    RETURNING c.id, c.template, c.customer_code, c.source, c.origin, c.valid_until, c.issued_at, l.order_code
), closed AS (
    UPDATE coupons_redemption r SET state = 'released', closed_at = {now}
    FROM released WHERE r.coupon_id = released.id AND r.order_code = released.order_code AND r.state = 'held'
), told AS (
    INSERT INTO coupons_couponentry (event, coupon_id, template, customer_code, source, origin, order_code,
        quantity, reserved_amount, spent_amount, reason)
    SELECT 'release', id, template, customer_code, source, origin, order_code, 0, 0, 0, '' FROM released ORDER BY id
)
SELECT r.id, CASE WHEN t.voided_at > r.issued_at THEN 'void' WHEN r.valid_until <= {now} THEN 'expired' ELSE '' END
FROM released r LEFT JOIN coupons_coupontemplate t ON t.code = r.template ORDER BY r.id
"""


LOCK_BUDGETS = """
SELECT 1 FROM coupons_templateallowance WHERE template = ANY(%(templates)s)
    OR template IN (SELECT template FROM coupons_coupon WHERE id = ANY(%(coupons)s))
ORDER BY template, bucket FOR NO KEY UPDATE
"""


# The wallet of a customer, before it is read for the last attempt of an order.
LOCK_WALLET = """
SELECT id FROM coupons_coupon WHERE customer_code = %(customer)s AND state IN ('unused', 'held')
ORDER BY id FOR NO KEY UPDATE
"""


class CouponTakenError(Exception):
    """A coupon was no longer free to be held, by the time it was asked for."""


def hold(*, order: str, customer: str, coupons: Sequence[tuple[int, int]]) -> None:
    """Hold these coupons, (row, discount) each, for an order of their customer; all or CouponTakenError.

    Whether they are still unused and in time is judged by the clock when their rows are locked.
    """
    if not coupons:
        return
    wanted = sorted(coupons)
    names = {
        "ids": [row for row, _discount in wanted],
        "discounts": [discount for _row, discount in wanted],
        "customer": customer,
        "order": order,
    }
    with prepared_cursor() as cursor:
        cursor.execute(*with_clock(HOLD, names, in_time=IN_TIME, still_unused=STILL_UNUSED))
        if cursor.rowcount != len(wanted):
            raise CouponTakenError


def lock_wallet(customer: str) -> None:
    """Nobody takes, releases, voids or expires a coupon of this customer until the transaction ends."""
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_WALLET, {"customer": customer})


def use(orders: Sequence[str], *, expected: int | None = None) -> int:
    """What these orders hold is used; how many coupons. With `expected` just so many, or nothing is."""
    with prepared_cursor() as cursor:
        cursor.execute(*with_clock(USE, {"orders": list(orders)}))
        used, unbooked = cursor.fetchone()
    if unbooked or expected not in (None, used):
        raise RuntimeError(f"{used} coupons of {expected} used, {unbooked} parts of budgets not found")
    return used


@dataclass(frozen=True, slots=True)
class Released:
    """What a release means for budgets: coupons whose time or template is over by now, and promises withdrawn."""

    expired: Sequence[int] = ()
    void: Sequence[int] = ()
    withdrawn: Sequence[Change] = ()


NOTHING = Released()


def release(orders: Sequence[str]) -> Released:
    """What these orders hold is unused again, what they had promised is promised no more; `settle` does the rest."""
    with prepared_cursor() as cursor:
        cursor.execute(*with_clock(RELEASE, {"orders": list(orders)}))
        rows = cursor.fetchall()
    return Released(
        [row for row, ended in rows if ended == CouponState.EXPIRED],
        [row for row, ended in rows if ended == CouponState.VOID],
        rewards.withdraw(orders),
    )


def settle(released: Released) -> None:
    """Budgets get back what was promised; what is over goes on to expired or void at once, with its reserve."""
    expired, void, withdrawn = released.expired, released.void, released.withdrawn
    if (bool(expired), bool(void), bool(withdrawn)).count(True) > 1:
        lock_budgets([*expired, *void], [change.template for change in withdrawn])
    if expired:
        expire_coupons(expired)
    if void:
        void_coupons(void, actor_id=None, reason="")
    shift(withdrawn)


def lock_budgets(coupons: Sequence[int], templates: Sequence[str] = ()) -> None:
    """The budgets of these, once and in order, where more than one statement is to change some of them."""
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_BUDGETS, {"coupons": list(coupons), "templates": list(templates)})


def with_clock(statement: str, names: dict[str, Any], **pieces: str) -> tuple[str, dict[str, Any]]:
    """A statement with its pieces and the clock filled in, and its parameters."""
    now, frozen_at = now_sql()
    if frozen_at:
        now, names = now.replace("%s", "%(now)s"), {**names, "now": frozen_at[0]}
    filled = {name: piece.format(now=now) for name, piece in pieces.items()}
    return statement.format(now=now, **filled), names
