"""折扣: a percentage off every unit, the price shown rounded down to a clean one (抹分, 抹角)."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.item import ItemKind
from apps.pricing.money import BPS, half_up


@register
@dataclass(frozen=True)
class PercentageOff(ItemKind):
    code = "percentage_off"
    zh, en = "折扣", "Percentage off"

    bps: int = param("bps", "折扣", "Discount", required=True, maximum=BPS)
    round_to: int = param(
        "choice",
        "取整",
        "Round down to",
        default=1,
        choices=((1, "精确到分", "exact"), (10, "抹分", "whole tenths"), (100, "抹角", "whole units")),
    )

    def reduced(self, price: int, sku: str) -> int | None:
        exact = half_up(price * (BPS - self.bps), BPS)
        return exact - exact % self.round_to

    def sentence(self, words: Wording) -> str:
        return words.pick(f"每件{words.off(self.bps)}", f"{words.off(self.bps)} each unit")
