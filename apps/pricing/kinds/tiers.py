"""The tiers of a threshold offer: from how much on, what is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.pricing.benefit import NO_REWARDS, Gift, RewardCoupon, Rewards
from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording
from apps.pricing.money import BPS


@dataclass(frozen=True, slots=True)
class Tier:
    """`at` minor units or pieces; then `amount_off` or `percentage_off` (bps, capped at `cap`), and rewards."""

    at: int
    amount_off: int | None = None
    percentage_off: int | None = None
    cap: int | None = None
    rewards: Rewards = NO_REWARDS

    @property
    def form(self) -> str:
        """Which money benefit it gives; all tiers of an offer give the same."""
        if self.amount_off is not None:
            return "amount_off"
        return "percentage_off" if self.percentage_off is not None else "none"

    def to_json(self) -> dict[str, Any]:
        benefit: dict[str, Any] = {}
        if self.amount_off is not None:
            benefit["amount_off"] = self.amount_off
        if self.percentage_off is not None:
            benefit["percentage_off"] = self.percentage_off
        if self.cap is not None:
            benefit["max"] = self.cap
        if self.rewards.gifts:
            benefit["gifts"] = [gift.to_json() for gift in self.rewards.gifts]
        if self.rewards.coupons:
            benefit["coupons"] = [coupon.to_json() for coupon in self.rewards.coupons]
        if self.rewards.points:
            benefit["points"] = self.rewards.points
        return {"at": self.at, "benefit": benefit}

    def sentence(self, metric: str, repeat: bool, words: Wording) -> str:
        at = words.plain(self.at) if metric == "amount" else words.pick(f"{self.at}件", f"{self.at} units")
        gives = "、".join(self._gives(words)) if words.zh else " and ".join(self._gives(words))
        if not self.at:
            return words.pick(f"无门槛{gives}", gives)
        each = words.pick("每满", "every ") if repeat else words.pick("满", "from ")
        return words.pick(f"{each}{at}{gives}", f"{gives} {each}{at}")

    def _gives(self, words: Wording) -> list[str]:
        parts = []
        if self.amount_off is not None:
            parts.append(
                words.pick(f"减{words.plain(self.amount_off)}", f"{words.money(self.amount_off)} off")
            )
        if self.percentage_off is not None:
            cap = "" if self.cap is None else words.money(self.cap)
            off = words.pick("打" if self.percentage_off < BPS else "", "") + words.off(self.percentage_off)
            parts.append(off + (words.pick(f"（最多减{cap}）", f" (at most {cap})") if cap else ""))
        parts.extend(
            words.pick(f"赠{gift.sku}×{gift.quantity}", f"gift {gift.sku} x {gift.quantity}")
            for gift in self.rewards.gifts
        )
        parts.extend(
            words.pick(
                f"送券{coupon.template}×{coupon.quantity}", f"coupon {coupon.template} x {coupon.quantity}"
            )
            for coupon in self.rewards.coupons
        )
        if self.rewards.points:
            parts.append(words.pick(f"送{self.rewards.points}积分", f"{self.rewards.points} points"))
        return parts


def read_tiers(reader: Reader, key: str) -> tuple[Tier, ...]:
    """Tiers in any order, sorted by `at`; at least one."""
    tiers = [_read_tier(child) for child in reader.children(key, required=True, longest=100)]
    if not tiers and reader.has(key):
        reader.fault(key, "empty", "needs at least one tier")
    return tuple(sorted(tiers, key=lambda tier: tier.at))


def _read_tier(reader: Reader) -> Tier:
    at = reader.integer("at", required=True, default=0) or 0
    benefit = reader.child("benefit", required=True)
    amount_off = benefit.integer("amount_off", minimum=1)
    percentage_off = benefit.integer("percentage_off", minimum=1, maximum=BPS)
    cap = benefit.integer("max", minimum=1)
    rewards = _read_rewards(benefit)
    benefit.close()
    reader.close()
    if amount_off is not None and percentage_off is not None:
        benefit.fault("percentage_off", "either", "give either amount_off or percentage_off")
    if cap is not None and percentage_off is None:
        benefit.fault("max", "without", "needs percentage_off")
    given = any(benefit.raw.get(key) not in (None, []) for key in benefit.raw)  # null means absent
    if benefit.ok and not given and reader.has("benefit"):
        benefit.fault("", "empty", "gives nothing")
    return Tier(at, amount_off, percentage_off, cap, rewards)


def _read_rewards(benefit: Reader) -> Rewards:
    gifts = []
    for child in benefit.children("gifts", longest=50):
        sku = child.code("sku", required=True, refers_to="sku")
        gifts.append(Gift(sku or "", child.integer("quantity", minimum=1, maximum=9_999, default=1) or 1))
        child.close()
    coupons = []
    for child in benefit.children("coupons", longest=50):
        template = child.code("template", required=True, refers_to="template")
        coupons.append(
            RewardCoupon(template or "", child.integer("quantity", minimum=1, maximum=200, default=1) or 1)
        )
        child.close()
    points = benefit.integer("points", minimum=1) or 0
    return Rewards(tuple(gifts), tuple(coupons), points)
