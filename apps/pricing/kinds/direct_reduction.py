"""直减: so much off every unit."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.item import ItemKind


@register
@dataclass(frozen=True)
class DirectReduction(ItemKind):
    code = "direct_reduction"
    zh, en = "直减", "Direct reduction"

    value: int = param("money", "每件减", "Off each unit", required=True)

    def reduced(self, price: int, sku: str) -> int | None:
        return price - self.value

    def sentence(self, words: Wording) -> str:
        amount = words.money(self.value)
        return words.pick(f"每件直减{amount}", f"{amount} off each unit")
