"""套装: a set of named SKUs for one price, as often as all of them are in the cart."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.benefit import Benefit, Group, Refusal
from apps.pricing.kinds.base import Wording, register
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.segment_kind import SegmentKind, after_rate
from apps.pricing.layers import Layer
from apps.pricing.segment import Run, Segments


@register
@dataclass(frozen=True)
class BundlePrice(SegmentKind):
    code = "bundle_price"
    zh, en = "套装", "Bundle"
    layers = (Layer.SHOP,)
    groups_units = True
    goal = "orders"

    items: dict[str, int] = param("components", "套装商品", "Components", required=True)
    value: int = param("money", "套装价", "Price of the set", required=True)
    max_times: int | None = param("units", "每单最多套数", "Sets per order at most")

    def skus(self) -> frozenset[str]:
        return frozenset(self.items)

    def only_skus(self) -> frozenset[str]:
        return self.skus()

    def units_benefit(self, segments: Segments, bit: int) -> Benefit | Refusal:
        runs: dict[str, list[Run]] = {sku: [] for sku in self.items}
        for run in segments.unit_runs(bit):
            if (sku := segments.pieces[run[1]].sku) in runs:
                runs[sku].append(run)
        missing = {sku: need - have for sku, need in self.items.items() if (have := _units(runs[sku])) < need}
        if missing:
            return Refusal("threshold_not_met", gap=sum(missing.values()), metric="quantity", missing=missing)
        times = min(_units(runs[sku]) // need for sku, need in self.items.items())
        if self.max_times is not None:
            times = min(times, self.max_times)
        groups = _sets(runs, self.items, times, self.value)
        if not groups:
            return Refusal("no_effect")
        return Benefit(sum(discount * times for discount, _, times in groups), groups)

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        most = amount + (sum(self.items.values()) - 1) * dearest
        return 0 if spills else after_rate(amount, max(most - self.value, 0), max(most, 1))

    def sentence(self, words: Wording) -> str:
        price = words.money(self.value)
        units = sum(self.items.values())
        return words.pick(f"{len(self.items)}款{units}件套装价{price}", f"set of {units} for {price}")


def _sets(runs: dict[str, list[Run]], items: dict[str, int], times: int, value: int) -> list[Group]:
    """Sets of the dearest units left of each component; sets made of the same runs count as one group `times` over."""
    cursors = {sku: _Cursor(runs[sku]) for sku in items}
    groups: list[Group] = []
    while times:
        alike = min([times, *(cursors[sku].sets_in_run(need) for sku, need in items.items())]) or 1
        parts = [part for sku, need in items.items() for part in cursors[sku].take(need, alike)]
        parts.sort(key=lambda run: (run[1], -run[0]))
        discount = sum(amount * units for amount, _, units in parts) - value
        if discount > 0:
            groups.append((discount, parts, alike))
        times -= alike
    return groups


def _units(runs: list[Run]) -> int:
    return sum(units for _, _, units in runs)


class _Cursor:
    """Walks the runs of one component, dearest first."""

    def __init__(self, runs: list[Run]) -> None:
        self.runs = list(runs)

    def sets_in_run(self, need: int) -> int:
        """How many whole sets the first run alone can serve."""
        return self.runs[0][2] // need if self.runs else 0

    def take(self, need: int, alike: int) -> list[Run]:
        """`need` units for one set, taken `alike` times; more than one time only from a single run."""
        amount, segment, units = self.runs[0]
        if alike > 1 or units >= need:
            self._drop(need * alike)
            return [(amount, segment, need)]
        parts = []
        while need:
            amount, segment, units = self.runs[0]
            taken = min(units, need)
            parts.append((amount, segment, taken))
            self._drop(taken)
            need -= taken
        return parts

    def _drop(self, taken: int) -> None:
        amount, segment, units = self.runs[0]
        if units == taken:
            self.runs.pop(0)
        else:
            self.runs[0] = (amount, segment, units - taken)
