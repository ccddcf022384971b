"""Kinds of the layers after the item layer: they look at the segments open to them and say what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.pricing.benefit import Benefit, Group, Refusal
from apps.pricing.kinds.base import Kind
from apps.pricing.segment import Segments


@dataclass(frozen=True)
class SegmentKind(Kind):
    """A benefit is pure and monotone: fewer open units or lower nets never give more (the search's bound
    relies on it)."""

    #: applies to every open segment as a whole, so that it closes all of them to what it does not stack with;
    #: such a kind has `whole_benefit`, the others `units_benefit`
    takes_whole: ClassVar[bool] = False

    def whole_benefit(self, basis: int, units: int) -> Benefit | Refusal:
        """What it gives on open segments of `basis` minor units and so many units in all."""
        raise NotImplementedError

    def most_whole(self, basis: int, units: int) -> int:
        """The discount of the whole benefit alone, -1 where there is none. Cheaper than the benefit."""
        benefit = self.whole_benefit(basis, units)
        return -1 if isinstance(benefit, Refusal) else benefit.discount

    def units_benefit(self, segments: Segments, bit: int) -> Benefit | Refusal:
        """What it gives on the units of the segments open to the candidate with this bit (at least one), in groups."""
        raise NotImplementedError

    def most(self, segments: Segments, bit: int) -> int:
        """The discount that the benefit would come to, before rooms; -1 where there is none. Cheaper than
        the benefit."""
        benefit = self.units_benefit(segments, bit)
        return -1 if isinstance(benefit, Refusal) else benefit.discount

    def least(self, amount: int, sku: str, dearest: int, spills: bool) -> int:
        """A lower bound of what a unit of `amount` comes to through this offer in any cart, before its `min_price`.

        No unit in its scope costs more than `dearest`; `spills`: a `min_price` may send others' part of the
        discount here.
        """
        return 0


def after_rate(amount: int, numerator: int, denominator: int) -> int:
    """What is left of a unit when at most that part of it goes; an odd minor unit of the sharing may go as well."""
    return max(amount - -(-amount * numerator // denominator) - 1, 0)


def cheapest_price_units(
    segments: Segments, bit: int, prices: dict[str, int], max_units: int | None
) -> Benefit | Refusal:
    """Units that cost max(price, min_price) where that is lower, by saving descending, each a group of its own."""
    pieces = segments.pieces
    savings = []
    wanted = [i for i, piece in enumerate(pieces) if piece.sku in prices and segments.open_to[i] & bit]
    for amount, position, units in segments.runs_at(wanted):
        piece = pieces[position]
        price = prices[piece.sku]
        saving = amount - max(price, piece.floor)
        if saving > 0:
            savings.append((-saving, position, amount, units, amount - price))
    savings.sort()
    left = max_units
    groups: list[Group] = []
    total = uncapped = 0
    for negative, position, amount, units, full in savings:
        if left is not None:
            units = min(units, left)
            left -= units
        if not units:
            break
        groups.append((-negative, ((amount, position, 1),), units))
        total -= negative * units
        uncapped += full * units
    return Benefit(total, groups, uncapped=uncapped) if groups else Refusal("no_effect")
