"""加价购: having bought enough of the rest, some add-on SKUs cost little."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.benefit import Benefit, Refusal
from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.segment_kind import SegmentKind, cheapest_price_units
from apps.pricing.layers import Layer
from apps.pricing.segment import Segments


@register
@dataclass(frozen=True)
class AddonPrice(SegmentKind):
    code = "addon_price"
    zh, en = "加价购", "Add-on price"
    layers = (Layer.SHOP, Layer.PLATFORM)
    goal = "aov"

    at: int = param("money", "购满", "Other goods from", required=True, minimum=0)
    prices: dict[str, int] = param("prices", "换购商品", "Add-on SKUs", required=True)
    max_units: int | None = param("units", "最多换购件数", "Add-on units at most")

    def skus(self) -> frozenset[str]:
        return frozenset(self.prices)

    def units_benefit(self, segments: Segments, bit: int) -> Benefit | Refusal:
        pieces, nets = segments.pieces, segments.nets
        bought = sum([nets[i] for i in segments.open_positions(bit) if pieces[i].sku not in self.prices])
        if bought < self.at:
            return Refusal("threshold_not_met", gap=self.at - bought, metric="amount")
        return cheapest_price_units(segments, bit, self.prices, self.max_units)

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        return min(amount, self.prices.get(sku, amount))

    def sentence(self, words: Wording) -> str:
        lowest, at = words.money(min(self.prices.values())), words.money(self.at)
        return words.pick(f"满{at}加价{lowest}起换购", f"spend {at}, add-ons from {lowest}")
