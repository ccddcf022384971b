"""买N付M: of every group of n units the n - m cheapest are free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.grouped import GroupedKind, cheapest
from apps.pricing.kinds.segment_kind import after_rate
from apps.pricing.segment import Run


@register
@dataclass(frozen=True)
class BuyNPayM(GroupedKind):
    code = "buy_n_pay_m"
    zh, en = "买N付M", "Buy N pay M"

    m: int = param("units", "付几件", "Units paid for", required=True, maximum=9_998)
    same_sku: bool = param("flag", "限同一SKU", "Same SKU only", default=False)

    def check(self, reader: Reader) -> None:
        if self.m >= self.n:
            reader.fault("m", "maximum", "must be less than n")

    def group_discount(self, runs: Sequence[Run]) -> int:
        return cheapest(runs, self.n - self.m)

    def total_discount(self, runs: Sequence[Run]) -> int:
        grouped = sum([units for _, _, units in runs]) // self.n * self.n
        total = position = free_before = 0
        for amount, _, units in runs:
            position = min(position + units, grouped)
            whole, rest = divmod(position, self.n)
            free = whole * (self.n - self.m) + max(0, rest - self.m)
            total += (free - free_before) * amount
            free_before = free
        return total

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        return 0 if spills else after_rate(amount, self.n - self.m, self.n)

    def sentence(self, words: Wording) -> str:
        same = words.pick("同一SKU", " of the same SKU") if self.same_sku else ""
        return words.pick(f"{same}买{self.n}件付{self.m}件", f"buy {self.n}{same}, pay {self.m}")
