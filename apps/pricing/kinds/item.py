"""Kinds of the item layer: one unit at a time gets a lower unit price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.pricing.kinds.base import Kind, Wording
from apps.pricing.layers import Layer


@dataclass(frozen=True)
class ItemKind(Kind):
    """Gives a reduced unit price; limits, stock and `min_price` are the item layer's business, not the kind's."""

    layers: ClassVar[tuple[Layer, ...]] = (Layer.ITEM,)
    goal: ClassVar[str] = "units"
    counts_units: ClassVar[bool] = True

    def reduced(self, price: int, sku: str) -> int | None:
        """The unit price it asks for at list price `price`, below 0 where it takes more than there is; None
        where it says nothing about the SKU."""
        raise NotImplementedError


def price_sentence(value: int | None, prices: dict[str, int] | None, words: Wording, zh: str, en: str) -> str:
    """`秒杀价¥59`, `1个SKU秒杀价¥59` or `3个SKU秒杀价¥9.90起`."""
    if value is not None:
        return words.pick(f"{zh}{words.money(value)}", f"{en} {words.money(value)}")
    lowest = words.money(min((prices or {"": 0}).values()))
    count = len(prices or {})
    if count == 1:
        return words.pick(f"1个SKU{zh}{lowest}", f"{en} {lowest} on 1 SKU")
    return words.pick(f"{count}个SKU{zh}{lowest}起", f"{en} from {lowest} on {count} SKUs")
