"""秒杀: a fixed price for a short time and few units."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fixed_price import SetPrice
from apps.pricing.kinds.item import price_sentence
from apps.pricing.layers import Layer


@register
@dataclass(frozen=True)
class FlashSale(SetPrice):
    code = "flash_sale"
    zh, en = "秒杀", "Flash sale"
    goal = "sell_through"
    proposed_stacking = (Layer.SHOP, Layer.PLATFORM, Layer.SHIPPING)  # a coupon on top would sink the price

    def sentence(self, words: Wording) -> str:
        return price_sentence(self.value, self.prices, words, "秒杀价", "flash price")
