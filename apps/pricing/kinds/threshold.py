"""满减 / 满折 / 满赠: from an amount or a number of pieces on, money off, a percentage off, or rewards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.pricing.benefit import Benefit, Refusal
from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import Param, param
from apps.pricing.kinds.segment_kind import SegmentKind, after_rate
from apps.pricing.kinds.tiers import Tier, read_tiers
from apps.pricing.layers import COUPON_LAYERS, Layer
from apps.pricing.money import BPS, share_of


@register
@dataclass(frozen=True)
class Threshold(SegmentKind):
    code = "threshold"
    zh, en = "满减", "Threshold discount"
    layers = (Layer.SHOP, Layer.PLATFORM, *COUPON_LAYERS)
    for_coupons = True
    goal = "aov"
    takes_whole = True
    has_basis = True

    metric: str = param(
        "choice",
        "门槛按",
        "Threshold in",
        required=True,
        choices=(("amount", "金额", "amount"), ("quantity", "件数", "pieces")),
    )
    tiers: tuple[Tier, ...] = param("tiers", "阶梯", "Tiers", required=True)
    repeat: bool = param("flag", "每满(可累计)", "Repeat for every threshold reached", default=False)
    max_times: int | None = param("units", "最多累计次数", "Repeats at most", only_with="repeat")

    @classmethod
    def read_one(cls, declared: Param, reader: Reader) -> Any:
        return (
            read_tiers(reader, declared.name)
            if declared.unit == "tiers"
            else super().read_one(declared, reader)
        )

    def check(self, reader: Reader) -> None:
        given = reader.raw["tiers"]  # in any order; the fault lies where the higher tier stands there
        order = sorted(range(len(given)), key=lambda i: given[i].get("at") or 0)
        for position, low, high in zip(order[1:], self.tiers, self.tiers[1:], strict=False):
            path = f"tiers[{position}]"
            if low.at == high.at:
                reader.fault(f"{path}.at", "duplicate", "two tiers begin at %(at)s", at=high.at)
            elif low.form != high.form:
                reader.fault(f"{path}.benefit", "mixed", "all tiers must give the same form of benefit")
            elif _gives_less(low, high):
                reader.fault(
                    f"{path}.benefit", "gives_less", "a higher tier must not give less than a lower one"
                )
        if self.repeat:
            self._check_repeat(reader)
        elif self.max_times is not None:
            reader.fault("max_times", "without", "needs repeat: true")

    def _check_repeat(self, reader: Reader) -> None:
        if len(self.tiers) != 1:
            reader.fault("repeat", "one_tier", "repeat takes exactly one tier")
            return
        tier = self.tiers[0]
        if tier.at < 1:
            reader.fault("tiers[0].at", "minimum", "must be at least %(minimum)s", minimum=1)
        if tier.amount_off is None or tier.rewards:
            reader.fault("tiers[0].benefit", "repeat", "repeat gives amount_off only")

    def whole_benefit(self, basis: int, units: int) -> Benefit | Refusal:
        reached = basis if self.metric == "amount" else units
        tier = None
        for candidate in self.tiers:
            if reached < candidate.at:
                break
            tier = candidate
        if tier is None:
            return Refusal("threshold_not_met", gap=self.tiers[0].at - reached, metric=self.metric)
        uncapped = self._uncapped(tier, basis, reached)
        return Benefit(self._capped(tier, uncapped), None, tier.rewards, uncapped)

    def most_whole(self, basis: int, units: int) -> int:
        """The discount alone; -1 where no tier is met."""
        reached = basis if self.metric == "amount" else units
        met = None
        for tier in self.tiers:
            if reached < tier.at:
                break
            met = tier
        if met is None:
            return -1
        if met.amount_off is None:
            return 0 if met.percentage_off is None else self._capped(met, share_of(basis, met.percentage_off))
        return self._capped(met, self._uncapped(met, basis, reached)) if self.repeat else met.amount_off

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        return min([self._least(tier, amount, spills) for tier in self.tiers])

    def _least(self, tier: Tier, amount: int, spills: bool) -> int:
        """The part of a unit is its part of the sum that met the tier; what others may not give can come on top."""
        if tier.amount_off is None:
            off = tier.percentage_off or 0
            return after_rate(amount, off, BPS) if off and not spills else (0 if off else amount)
        if self.metric == "amount" and tier.at > 0 and not spills:
            return after_rate(amount, min(tier.amount_off, tier.at), tier.at)
        return 0 if self.repeat else max(amount - tier.amount_off, 0)

    def worst_amount(self) -> int | None:
        """The highest tier's, for a higher tier never gives less; one without money off has none."""
        most = self.tiers[-1]
        if most.amount_off is None:
            return most.cap
        if not self.repeat:
            return most.amount_off
        return None if self.max_times is None else most.amount_off * self.max_times

    def _uncapped(self, tier: Tier, basis: int, reached: int) -> int:
        if tier.amount_off is not None:
            return tier.amount_off * (reached // tier.at) if self.repeat else tier.amount_off
        return 0 if tier.percentage_off is None else share_of(basis, tier.percentage_off)

    def _capped(self, tier: Tier, discount: int) -> int:
        if self.max_times is not None and tier.amount_off is not None:
            return min(discount, tier.amount_off * self.max_times)
        return discount if tier.cap is None else min(discount, tier.cap)

    def sentence(self, words: Wording) -> str:
        parts = [tier.sentence(self.metric, self.repeat, words) for tier in self.tiers]
        text = ("，" if words.zh else "; ").join(parts)
        if self.max_times is not None:
            text += words.pick(f"，最多{self.max_times}次", f", at most {self.max_times} times")
        return text


def _gives_less(low: Tier, high: Tier) -> bool:
    """A higher tier never gives less; the caps are absent in all or present and never falling."""
    if low.amount_off is not None and high.amount_off is not None:
        return high.amount_off < low.amount_off
    if low.percentage_off is not None and high.percentage_off is not None:
        if (low.cap is None) != (high.cap is None):
            return True
        falling_cap = low.cap is not None and high.cap is not None and high.cap < low.cap
        return high.percentage_off < low.percentage_off or falling_cap
    return False
