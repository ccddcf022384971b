"""N元任选: every full group of n units costs a fixed price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.grouped import GroupedKind
from apps.pricing.kinds.segment_kind import after_rate
from apps.pricing.segment import Run


@register
@dataclass(frozen=True)
class NForPrice(GroupedKind):
    code = "n_for_price"
    zh, en = "N元任选", "N for a price"

    value: int = param("money", "每组价格", "Price of a group", required=True)
    same_sku: bool = param("flag", "限同一SKU", "Same SKU only", default=False)

    def group_discount(self, runs: Sequence[Run]) -> int:
        return sum([amount * units for amount, _, units in runs]) - self.value

    def total_discount(self, runs: Sequence[Run]) -> int:
        size, price = self.n, self.value
        total = have = pending = 0
        for amount, _, units in runs:
            if have:
                taken = min(size - have, units)
                pending += taken * amount
                have += taken
                units -= taken
                if have < size:
                    continue
                if pending <= price:
                    break  # later groups are cheaper still
                total += pending - price
                have = pending = 0
            times, left = divmod(units, size)
            if times:
                if size * amount <= price:
                    break
                total += times * (size * amount - price)
            if left:
                have, pending = left, left * amount
        return total

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        most = amount + (self.n - 1) * dearest
        return 0 if spills else after_rate(amount, max(most - self.value, 0), max(most, 1))

    def sentence(self, words: Wording) -> str:
        same = words.pick("同一SKU", " of the same SKU") if self.same_sku else ""
        price = words.money(self.value)
        return words.pick(f"{same}{price}任选{self.n}件", f"any {self.n}{same} for {price}")
