"""Kinds that sort the open units dearest first and cut them into groups of n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from apps.pricing.benefit import Benefit, Group, Refusal, Run, full_groups, unit_runs
from apps.pricing.kinds.fields import param
from apps.pricing.kinds.segment_kind import SegmentKind
from apps.pricing.layers import Layer
from apps.pricing.segment import Segment


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

    def benefit(self, segments: Sequence[Segment], parallel: bool = False) -> Benefit | Refusal:
        groups: list[Group] = []
        total = units = 0
        for positions in _batches(segments, self.by_sku):
            runs = unit_runs(segments, positions)
            units = max(units, sum(run.units for run in runs))
            for times, group in full_groups(runs, self.n):
                discount = self.group_discount(group)
                if discount > 0:
                    groups.append(Group(discount, group, times))
                    total += discount * times
        if groups:
            return Benefit(total, groups)
        if units < self.n:
            return Refusal("threshold_not_met", gap=self.n - units, metric="quantity")
        return Refusal("no_effect")


def _batches(segments: Sequence[Segment], by_sku: bool) -> list[list[int]]:
    """Positions of the segments that are grouped together: all of them, or those of each SKU (first seen first)."""
    if not by_sku:
        return [list(range(len(segments)))]
    batches: dict[str, list[int]] = {}
    for position, segment in enumerate(segments):
        batches.setdefault(segment.sku, []).append(position)
    return list(batches.values())


def cheapest(runs: Sequence[Run], count: int) -> int:
    """The sum of the `count` cheapest units of a group given dearest first."""
    total = 0
    for run in reversed(runs):
        taken = min(run.units, count)
        total += taken * run.amount
        count -= taken
        if not count:
            break
    return total
