"""一口价: a fixed price for every unit, the same for all SKUs or one for each."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.item import ItemKind, price_sentence


@dataclass(frozen=True)
class SetPrice(ItemKind):
    """Sets the unit price where it is lower: `value` for the whole scope, or `prices` for the SKUs it names."""

    value: int | None = param("money", "统一价", "One price for all")
    prices: dict[str, int] | None = param("prices", "逐个SKU定价", "Price per SKU")

    def check(self, reader: Reader) -> None:
        if (self.value is None) == (self.prices is None):
            reader.fault("value", "either", "give either value or prices")

    def reduced(self, price: int, sku: str) -> int | None:
        return self.value if self.prices is None else self.prices.get(sku)

    def skus(self) -> frozenset[str]:
        return frozenset(self.prices or ())

    def only_skus(self) -> frozenset[str] | None:
        return None if self.prices is None else frozenset(self.prices)


@register
@dataclass(frozen=True)
class FixedPrice(SetPrice):
    code = "fixed_price"
    zh, en = "一口价", "Fixed price"

    def sentence(self, words: Wording) -> str:
        return price_sentence(self.value, self.prices, words, "一口价", "fixed price")
