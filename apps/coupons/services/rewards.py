"""Coupons that an order gives: promised with its hold, issued at payment, else withdrawn; recalled by refunds.

The caller has the order's row. Coupons come before budgets in the order of locks, so each function says when it
touches which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from apps.core.errors import Refused
from apps.core.prepared import prepared_cursor
from apps.coupons.allowances import Change
from apps.coupons.lifecycle import CouponState, RewardState, Source
from apps.coupons.models import RewardHold
from apps.coupons.services.closing import void_coupons
from apps.coupons.services.issue import How, Issued, Promised, Wanted, draw_promise, issue_promised
from apps.coupons.terms import Template

WITHDRAW = """
WITH promised AS MATERIALIZED (
    SELECT id, order_code, template, bucket, customer_code, quantity, reserved_amount FROM coupons_rewardhold
    WHERE order_code = ANY(%(orders)s) AND state = 'held' ORDER BY id FOR NO KEY UPDATE
), released AS (
    UPDATE coupons_rewardhold h SET state = 'released' FROM promised p WHERE h.id = p.id
), told AS (
    INSERT INTO coupons_couponentry (event, template, customer_code, source, origin, order_code, quantity,
        reserved_amount, spent_amount, reason)
    SELECT 'withdraw', template, customer_code, 'reward', order_code, order_code, -quantity, -reserved_amount, 0, ''
    FROM promised ORDER BY id
)
SELECT template, bucket, -sum(quantity)::bigint, -sum(reserved_amount)::bigint FROM promised GROUP BY template, bucket
"""
# All that an order gave of these templates. What a coupon is worth elsewhere is asked once its row is locked.
GIVEN = """
SELECT id, template, state FROM coupons_coupon
WHERE origin = %(order)s AND source = 'reward' AND template = ANY(%(templates)s) ORDER BY id FOR NO KEY UPDATE
"""
REDEEMED = """
SELECT r.coupon_id, c.template, r.order_code, r.discount_amount
FROM coupons_redemption r JOIN coupons_coupon c ON c.id = r.coupon_id
WHERE r.coupon_id = ANY(%(ids)s) AND r.state IN ('held', 'used')
"""
# Which go back first: what can simply be taken, then what is worth nothing any more, what is used stays used.
TAKEN_FIRST = (CouponState.UNUSED, CouponState.EXPIRED, CouponState.VOID, CouponState.HELD, CouponState.USED)


class Reward(NamedTuple):
    """So many coupons of a template that an offer gives."""

    offer: str
    template: str
    quantity: int


class NothingLeftError(Exception):
    """The budget of a reward's template has less than was promised, by the time it was asked for."""


@dataclass(frozen=True, slots=True)
class UsedReward:
    """A reward coupon that another order has: what it gave there."""

    coupon: int
    template: str
    order: str
    discount: int


@dataclass(slots=True)
class Taken:
    """Of one offer's coupons of one template: how many are back, which are used; `coupons` are the rows of all."""

    back: int = 0
    used: list[UsedReward] = field(default_factory=list)
    coupons: list[int] = field(default_factory=list)


def promise(
    *,
    order: str,
    customer: str,
    rewards: Sequence[Reward],
    templates: Mapping[str, Template],
    now: datetime,
) -> list[dict[str, object]]:
    """Draw on the budgets what an order promises; the rows of `RewardHold` to be written. Raises NothingLeftError.

    `templates` as the order was priced with them.
    """
    if not rewards:
        return []
    sums: dict[str, int] = {}
    for one in rewards:
        sums[one.template] = sums.get(one.template, 0) + one.quantity
    wanted = [Wanted(template, customer, quantity) for template, quantity in sorted(sums.items())]
    try:
        drawn = draw_promise(wanted, order_code=order, now=now, templates=templates)
    except Refused as refused:
        raise NothingLeftError(refused.code) from refused
    return list(_shared_out(rewards, drawn, order))


def _shared_out(
    rewards: Iterable[Reward], drawn: Sequence[Promised], order: str
) -> Iterable[dict[str, object]]:
    """Each offer gets its number of what was drawn, part by part."""
    left = {id(one): one.quantity for one in drawn}
    for reward in rewards:
        wanted = reward.quantity
        for one in drawn:
            piece = min(left[id(one)], wanted) if one.template == reward.template else 0
            if not piece:
                continue
            left[id(one)] -= piece
            wanted -= piece
            yield {
                "order_code": order,
                "offer": reward.offer,
                "template": one.template,
                "customer_code": one.customer,
                "quantity": piece,
                "reserved_amount": one.reserved_amount // one.quantity * piece,
                "bucket": one.bucket,
            }


def grant(order: str, *, now: datetime) -> list[Issued]:
    """The coupons that a paid order had promised. Budgets stay as they are: they were drawn with the hold."""
    held = list(RewardHold.objects.filter(order_code=order, state=RewardState.HELD).order_by("id"))
    if not held:
        return []
    promised = [
        Promised(one.template, one.customer_code, one.quantity, one.bucket, one.reserved_amount)
        for one in held
    ]
    how = How(source=Source.REWARD, origin=order, order_code=order)
    issued = issue_promised(promised, how, now=now)
    RewardHold.objects.filter(pk__in=[one.pk for one in held]).update(state=RewardState.GRANTED)
    return issued


def withdraw(orders: Sequence[str]) -> list[Change]:
    """What these unpaid orders had promised is promised no more: the changes of budgets, for the caller to make."""
    with prepared_cursor() as cursor:
        cursor.execute(WITHDRAW, {"orders": list(orders)})
        return [
            Change(template, bucket, quantity, reserved)
            for template, bucket, quantity, reserved in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Recall:
    """What goes back, by (offer, template), and the coupons that become void for it."""

    taken: Mapping[tuple[str, str], Taken]
    void: Sequence[int]


def recall(*, order: str, wanted: Iterable[Reward], dealt_with: Collection[int]) -> Recall:
    """Choose and lock the coupons that a refund takes back of an order's rewards; `dealt_with` went back before.

    A coupon that another order has, paid or held, counts as used. Nothing is void before `carry_out`.
    """
    wanted = [one for one in wanted if one.quantity]
    if not wanted:
        return Recall({}, ())
    pools = _given(order, sorted({one.template for one in wanted}), dealt_with)
    chosen: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for one in wanted:
        pool = pools.get(one.template, [])
        chosen[one.offer, one.template] = pool[: one.quantity]
        del pool[: one.quantity]
    elsewhere = _redeemed(
        [coupon for coupons in chosen.values() for coupon, state in coupons if _is_used(state)]
    )
    void: list[int] = []
    taken: dict[tuple[str, str], Taken] = {}
    for key, coupons in chosen.items():
        found = taken[key] = Taken(coupons=[coupon for coupon, _state in coupons])
        for coupon, state in coupons:
            if coupon in elsewhere:
                found.used.append(elsewhere[coupon])
                continue
            found.back += 1
            if state == CouponState.UNUSED:
                void.append(coupon)
    return Recall(taken, void)


def carry_out(recalled: Recall, *, reason: str) -> None:
    if recalled.void:
        void_coupons(recalled.void, actor_id=None, reason=reason)


def _is_used(state: str) -> bool:
    return state in (CouponState.HELD, CouponState.USED)


def _given(
    order: str, templates: Sequence[str], dealt_with: Collection[int]
) -> dict[str, list[tuple[int, str]]]:
    """(row, state) of the coupons that the order gave, by template, in the order in which they go back."""
    pools: dict[str, list[tuple[int, str]]] = {}
    with prepared_cursor() as cursor:
        cursor.execute(GIVEN, {"order": order, "templates": list(templates)})
        for coupon, template, state in cursor.fetchall():
            if coupon not in dealt_with:
                pools.setdefault(template, []).append((coupon, state))
    for pool in pools.values():
        pool.sort(key=lambda one: (TAKEN_FIRST.index(CouponState(one[1])), one[0]))
    return pools


def _redeemed(coupons: Sequence[int]) -> dict[int, UsedReward]:
    if not coupons:
        return {}
    with prepared_cursor() as cursor:
        cursor.execute(REDEEMED, {"ids": list(coupons)})
        return {row[0]: UsedReward(*row) for row in cursor.fetchall()}
