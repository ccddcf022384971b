"""Kinds of the layers after the item layer: they look at the segments open to them and say what they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.benefit import Benefit, Group, Refusal, Run, unit_runs
from apps.pricing.kinds.base import Kind
from apps.pricing.segment import Segment


@dataclass(frozen=True)
class SegmentKind(Kind):
    """`benefit` is pure and monotone: fewer open units or lower nets never give more (the search's bound relies on it)."""

    #: applies to every open segment as a whole, so that it closes all of them to what it does not stack with
    takes_whole = False

    def benefit(self, segments: Sequence[Segment], parallel: bool = False) -> Benefit | Refusal:
        """What it gives on open segments (at least one). `parallel`: look at the nets right after the item layer."""
        raise NotImplementedError


def cheapest_price_units(
    segments: Sequence[Segment], prices: dict[str, int], max_units: int | None
) -> Benefit | Refusal:
    """Units that cost max(price, min_price) where that is lower, by saving descending, each a group of its own."""
    wanted = [i for i, segment in enumerate(segments) if segment.sku in prices]
    savings = []
    for run in unit_runs(segments, wanted):
        segment = segments[run.segment]
        saving = run.amount - max(prices[segment.sku], segment.floor)
        if saving > 0:
            savings.append((-saving, run.segment, run, run.amount - prices[segment.sku]))
    savings.sort(key=lambda entry: entry[:2])
    left = max_units
    groups, total, uncapped = [], 0, 0
    for negative, _, run, full in savings:
        units = run.units if left is None else min(run.units, left)
        if not units:
            break
        groups.append(Group(-negative, (Run(run.amount, run.segment, 1),), units))
        total -= negative * units
        uncapped += full * units
        left = None if left is None else left - units
    return Benefit(total, groups, uncapped=uncapped) if groups else Refusal("no_effect")
