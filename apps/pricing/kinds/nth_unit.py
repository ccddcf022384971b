"""第N件折: the n-th unit of every group of n, dearest first, gets a percentage off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.grouped import GroupedKind
from apps.pricing.kinds.segment_kind import after_rate
from apps.pricing.money import BPS, share_of
from apps.pricing.segment import Run


@register
@dataclass(frozen=True)
class NthUnit(GroupedKind):
    code = "nth_unit"
    zh, en = "第N件折", "N-th unit off"

    bps: int = param("bps", "第N件折扣", "Off the n-th unit", required=True, maximum=BPS)
    same_sku: bool = param("flag", "限同一SKU", "Same SKU only", default=False)

    def group_discount(self, runs: Sequence[Run]) -> int:
        return share_of(runs[-1][0], self.bps)

    def total_discount(self, runs: Sequence[Run]) -> int:
        total = position = 0
        for amount, _, units in runs:
            end = position + units
            if hits := end // self.n - position // self.n:
                total += hits * share_of(amount, self.bps)
            position = end
        return total

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        # The cheapest of the group sets the discount, so a unit's part is never more than that of equal ones.
        return after_rate(amount, self.bps, BPS if spills else BPS * self.n)

    def sentence(self, words: Wording) -> str:
        same = words.pick("同一SKU", " of the same SKU") if self.same_sku else ""
        off = words.pick("半价" if self.bps == BPS // 2 else words.off(self.bps), words.off(self.bps))
        return words.pick(f"{same}第{self.n}件{off}", f"every {ordinal(self.n)} unit{same} {off}")


def ordinal(n: int) -> str:
    """2nd, 3rd, 4th, 11th."""
    suffix = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"
