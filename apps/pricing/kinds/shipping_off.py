"""减运费 / 包邮: money off the shipping fee."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.benefit import Refusal
from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Kind, Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.layers import Layer


@register
@dataclass(frozen=True)
class ShippingOff(Kind):
    code = "shipping_off"
    zh, en = "减运费", "Shipping off"
    layers = (Layer.SHIPPING,)
    for_coupons = True
    goal = "orders"

    at: int = param("money", "购满", "Goods from", minimum=0, default=0)
    value: int | None = param("money", "减运费", "Off the fee", only_with="!free")
    free: bool = param("flag", "包邮", "Free shipping", default=False)

    def check(self, reader: Reader) -> None:
        if self.free == (self.value is not None):
            reader.fault("value", "either", "give either value or free: true")

    def fee_discount(self, net: int, fee: int) -> int | Refusal:
        """What it takes off the fee left, in minor units, for goods of `net`."""
        if net < self.at:
            return Refusal("threshold_not_met", gap=self.at - net, metric="amount")
        if fee == 0:
            return Refusal("no_effect")
        return fee if self.value is None else min(self.value, fee)

    def worst_amount(self) -> int | None:
        return self.value

    def sentence(self, words: Wording) -> str:
        what = (
            words.pick("包邮", "free shipping")
            if self.value is None
            else words.pick(f"减运费{words.money(self.value)}", f"{words.money(self.value)} off shipping")
        )
        if not self.at:
            return what
        return words.pick(f"满{words.money(self.at)}{what}", f"spend {words.money(self.at)}, {what}")
