"""What a refund does to coupons: used ones return, reward coupons are recalled, used rewards may cost their value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Sum

from apps.core.clock import database_now
from apps.coupons.lifecycle import CouponState
from apps.coupons.services import redeeming, returning, rewards
from apps.coupons.services.returning import Policy, Used
from apps.coupons.services.rewards import Recall, Reward, Taken, UsedReward
from apps.orders.models import LedgerEntry, LedgerEvent, LedgerWhat, Order, OrderUse
from apps.orders.recall import Recalled

DEDUCT = "deduct"
COUPON_USED = "coupon_used"


@dataclass(slots=True)
class CouponsBack:
    """Locked and decided by `prepare`, done by `carry_out`.

    `values` is what each used reward is still worth, `clawback` what the refund keeps back for them.
    """

    used: Sequence[Used] = ()
    recall: Recall = field(default_factory=lambda: Recall({}, ()))
    values: Mapping[int, int] = field(default_factory=dict)
    states: Sequence[tuple[str, CouponState]] = ()
    clawback: int = 0

    def of(self, offer: str) -> dict[str, Taken]:
        """What is taken back of one offer's coupons, by template."""
        return {template: taken for (code, template), taken in self.recall.taken.items() if code == offer}

    def rows_of(self, offer: str) -> list[int]:
        """The rows of its coupons that this refund deals with."""
        return [coupon for taken in self.of(offer).values() for coupon in taken.coupons]

    def value_of(self, taken: Taken) -> int:
        return sum(self.values[one.coupon] for one in taken.used)

    def keep_back(self, uses: Mapping[str, OrderUse], most: int) -> None:
        """Rewards that are used cost the refund their value where their activity says so; at most `most`."""
        worth = sum(
            self.value_of(taken)
            for (offer, _template), taken in self.recall.taken.items()
            if uses[offer].terms.get("clawback") == DEDUCT
        )
        self.clawback = min(worth, most)


def prepare(order: Order, recalled: Iterable[Recalled], *, complete: bool) -> CouponsBack:
    """Lock what goes back: coupons of the rewards recalled, and those the order used once all of it is back."""
    wanted = [
        Reward(gone.offer, template, quantity)
        for gone in recalled
        for template, quantity in gone.coupons.items()
    ]
    dealt_with = {coupon for row in order.rewards for coupon in row.get("recalled", ())}
    used = returning.lock_used(order.code) if complete and _has_used(order) else []
    recall = rewards.recall(order=order.code, wanted=wanted, dealt_with=dealt_with)
    elsewhere = [one for taken in recall.taken.values() for one in taken.used]
    return CouponsBack(used, recall, _values(elsewhere))


def _has_used(order: Order) -> bool:
    return any(used["coupon"] is not None for used in order.quote["offers"])


def _values(used: Sequence[UsedReward]) -> dict[int, int]:
    """What each gave to the order that has it, less what was reversed there."""
    if not used:
        return {}
    shares = LedgerEntry.objects.filter(
        order__code__in={one.order for one in used},
        offer__in={one.template for one in used},
        event=LedgerEvent.REFUND,
        what=LedgerWhat.SHARE,
    )
    rows = shares.values_list("order__code", "offer").annotate(amount=Sum("amount"))
    back = {(order, offer): amount for order, offer, amount in rows}
    return {one.coupon: max(one.discount - back.get((one.order, one.template), 0), 0) for one in used}


def carry_out(
    order: Order, back: CouponsBack, uses: Mapping[str, OrderUse], *, by_merchant: bool, reason: str
) -> None:
    """Give back and recall; the budgets of both are locked together and in order."""
    if back.used and (back.recall.void or len(back.used) > 1):
        redeeming.lock_budgets([*(one.id for one in back.used), *back.recall.void])
    if back.used:
        policies = {
            code: Policy(use.terms["return_policy"], use.terms["return_grace_hours"])
            for code, use in uses.items()
            if "return_policy" in use.terms
        }
        back.states = returning.give_back(
            order=order.code,
            coupons=back.used,
            policies=policies,
            by_merchant=by_merchant,
            now=database_now(),
        )
    rewards.carry_out(back.recall, reason=reason)


def reward_answers(offer: str, taken: Mapping[str, Taken], back: CouponsBack) -> list[dict[str, Any]]:
    """What of one offer's coupons was recalled, and what could not be because it is used."""
    rows: list[dict[str, Any]] = []
    for template, of in taken.items():
        said = {"offer": offer, "kind": "coupon", "template": template}
        if of.back:
            rows.append({**said, "quantity": of.back, "recalled": True})
        if of.used:
            lost = {"recalled": False, "reason": COUPON_USED, "value": back.value_of(of)}
            rows.append({**said, "quantity": len(of.used), **lost})
    return rows
