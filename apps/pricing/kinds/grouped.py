"""Kinds that sort the open units dearest first and cut them into groups of n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from apps.pricing.benefit import Benefit, Group, Refusal, full_groups
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.segment_kind import SegmentKind
from apps.pricing.layers import Layer
from apps.pricing.segment import Run, Segments


@dataclass(frozen=True)
class GroupedKind(SegmentKind):
    """Groups of `n` units; a group whose discount is 0 is left alone and its units stay open to other offers."""

    layers: ClassVar[tuple[Layer, ...]] = (Layer.SHOP,)
    groups_units: ClassVar[bool] = True
    goal: ClassVar[str] = "units"

    n: int = param("units", "每组件数", "Units in a group", required=True, minimum=2, maximum=9_999)

    def group_discount(self, runs: Sequence[Run]) -> int:
        """The discount on one full group of `n` units, dearest first; 0 or less: none."""
        raise NotImplementedError

    @property
    def by_sku(self) -> bool:
        return bool(getattr(self, "same_sku", False))

    def units_benefit(self, segments: Segments, bit: int) -> Benefit | Refusal:
        groups: list[Group] = []
        total = 0
        batches = self._batches(segments, bit)
        for runs in batches:
            for times, group in full_groups(runs, self.n):
                discount = self.group_discount(group)
                if discount > 0:
                    groups.append((discount, group, times))
                    total += discount * times
        if groups:
            return Benefit(total, groups)
        units = max([sum([size for _, _, size in runs]) for runs in batches], default=0)
        if units < self.n:
            return Refusal("threshold_not_met", gap=self.n - units, metric="quantity")
        return Refusal("no_effect")

    def most(self, segments: Segments, bit: int) -> int:
        total = 0
        for runs in self._batches(segments, bit):
            total += self.total_discount(runs)
        return total or -1

    def total_discount(self, runs: Sequence[Run]) -> int:
        """The discounts of all full groups of these runs in all."""
        return sum(
            [
                times * discount
                for times, group in full_groups(runs, self.n)
                if (discount := self.group_discount(group)) > 0
            ]
        )

    def _batches(self, segments: Segments, bit: int) -> list[list[Run]]:
        """Runs that are grouped together: all of them, or those of each SKU (first seen first)."""
        runs = segments.unit_runs(bit)
        if not self.by_sku:
            return [runs]
        batches: dict[str, list[Run]] = {}
        for run in runs:
            batches.setdefault(segments.pieces[run[1]].sku, []).append(run)
        return list(batches.values())


def cheapest(runs: Sequence[Run], count: int) -> int:
    """The sum of the `count` cheapest units of a group given dearest first."""
    total = 0
    for amount, _, units in reversed(runs):
        taken = min(units, count)
        total += taken * amount
        count -= taken
        if not count:
            break
    return total
