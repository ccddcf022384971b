"""兑换券: units of one SKU at a low price or free, by coupon."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.benefit import Benefit, Refusal
from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.segment_kind import SegmentKind, cheapest_price_units
from apps.pricing.layers import COUPON_LAYERS
from apps.pricing.segment import Segments


@register
@dataclass(frozen=True)
class Exchange(SegmentKind):
    code = "exchange"
    zh, en = "兑换", "Exchange"
    layers = COUPON_LAYERS
    for_coupons = True
    goal = "redemption_rate"

    sku: str = param("sku", "兑换商品", "SKU", required=True)
    value: int = param("money", "兑换价", "Price", required=True, minimum=0)
    max_units: int | None = param("units", "最多兑换件数", "Units at most")

    def skus(self) -> frozenset[str]:
        return frozenset((self.sku,))

    def only_skus(self) -> frozenset[str]:
        return self.skus()

    def units_benefit(self, segments: Segments, bit: int) -> Benefit | Refusal:
        return cheapest_price_units(segments, bit, {self.sku: self.value}, self.max_units)

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        return min(amount, self.value) if sku == self.sku else amount

    def sentence(self, words: Wording) -> str:
        price = words.pick("免费", "free") if not self.value else words.money(self.value)
        return words.pick(f"{price}兑换{self.sku}", f"{self.sku} for {price}")
