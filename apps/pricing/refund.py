"""The reverse way (pricing rules, section 9): money back for units, shares reversed, adjustments. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.pricing.allocation import spread_runs
from apps.pricing.parts import first_units_shares


class OverRefund(ValueError):
    """More units or money than are left."""


@dataclass(frozen=True, slots=True)
class PaidSegment:
    """A segment as it was paid: units, list price of one unit, the item offer's reduction of one unit, and
    later shares.

    Amounts in minor units. `shares` are (offer code, amount) in the order applied; `returned` the units
    returned so far; `adjusted` the money already paid back without units that lies on the units not yet
    returned: runs of (units, amount of each), in the order in which they are returned; empty means none.
    """

    units: int
    list_price: int
    item_offer: str | None = None
    item_reduction: int = 0
    shares: tuple[tuple[str, int], ...] = ()
    returned: int = 0
    adjusted: tuple[tuple[int, int], ...] = ()

    @property
    def net(self) -> int:
        """What was paid for all units."""
        discount = self.units * self.item_reduction + sum(amount for _, amount in self.shares)
        return self.units * self.list_price - discount

    @property
    def left(self) -> int:
        """What the units not yet returned still pay back."""
        return (
            self.net - self.net_of_first(self.returned) - sum(units * each for units, each in self.adjusted)
        )

    def net_of_first(self, units: int) -> int:
        """The net of the first `units` units."""
        carried = first_units_shares(self.units, [amount for _, amount in self.shares], units)
        return units * (self.list_price - self.item_reduction) - sum(carried)

    def shares_of_first(self, units: int) -> list[tuple[str, int]]:
        """Each offer's share of the first `units` units, the item offer's first."""
        carried = first_units_shares(self.units, [amount for _, amount in self.shares], units)
        parts = [(offer, part) for (offer, _), part in zip(self.shares, carried, strict=True)]
        if self.item_offer is not None:
            parts.insert(0, (self.item_offer, units * self.item_reduction))
        return parts


@dataclass(frozen=True, slots=True)
class UnitsReturned:
    """What returning some units of a segment pays back, the shares it reverses, and the segment afterwards."""

    units: int
    amount: int
    shares: tuple[tuple[str, int], ...]
    segment: PaidSegment


def return_units(segment: PaidSegment, units: int) -> UnitsReturned:
    """Return `units` more units: the net of the first a + j less that of the first a, less the adjustments on
    them.

    Raises OverRefund when fewer units are left.
    """
    before = segment.returned
    if units < 1 or units > segment.units - before:
        raise OverRefund(f"{units} units asked for, {segment.units - before} left")
    gross = segment.net_of_first(before + units) - segment.net_of_first(before)
    going, staying = _cut_runs(segment.adjusted, units)
    earlier = segment.shares_of_first(before)
    shares = tuple(
        (offer, amount - was)
        for (offer, amount), (_, was) in zip(segment.shares_of_first(before + units), earlier, strict=True)
    )
    after = replace(segment, returned=before + units, adjusted=staying)
    return UnitsReturned(units, gross - sum(count * each for count, each in going), shares, after)


def adjust(segments: Sequence[PaidSegment], amount: int) -> list[PaidSegment]:
    """Pay back `amount` of a line without units: spread over its open units in proportion to their net.

    A unit's room is what it still pays back. Raises OverRefund when the line pays back less than `amount`.
    """
    left = sum(segment.left for segment in segments)
    if amount < 0 or amount > left:
        raise OverRefund(f"{amount} asked for, {left} left")
    runs = [(number, *run) for number, segment in enumerate(segments) for run in _open_runs(segment)]
    shares = spread_runs(
        amount,
        [net for _, _, net, _ in runs],
        [units for _, units, _, _ in runs],
        [net - adjusted for _, _, net, adjusted in runs],
    )
    booked: list[list[tuple[int, int]]] = [[] for _ in segments]
    for (number, units, _, adjusted), share in zip(runs, shares, strict=True):
        each, odd = divmod(share, units)
        if odd:
            booked[number].append((odd, adjusted + each + 1))
        booked[number].append((units - odd, adjusted + each))
    return [replace(segment, adjusted=tuple(of)) for segment, of in zip(segments, booked, strict=True)]


def _open_runs(segment: PaidSegment) -> list[tuple[int, int, int]]:
    """The units not yet returned as runs of (units, net of one, adjusted of one), in the order in which they
    are returned.

    By the rule for parts the odd minor units of the discount lie on the last units.
    """
    price = segment.list_price - segment.item_reduction
    each, odd = divmod(segment.units * price - segment.net, segment.units)
    nets = [(segment.units - odd, price - each), (odd, price - each - 1)]
    _, open_nets = _cut_runs(nets, segment.returned)
    runs: list[tuple[int, int, int]] = []
    adjusted: Sequence[tuple[int, int]] = segment.adjusted or ((segment.units - segment.returned, 0),)
    for units, net in open_nets:
        mine, adjusted = _cut_runs(adjusted, units)
        runs.extend((count, net, of_one) for count, of_one in mine)
    return runs


def _cut_runs(
    runs: Sequence[tuple[int, int]], units: int
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Runs of (units, value) cut after the first `units` units."""
    head, rest = [], []
    for count, value in runs:
        taken = min(count, units)
        units -= taken
        if taken:
            head.append((taken, value))
        if count > taken:
            rest.append((count - taken, value))
    return tuple(head), tuple(rest)


def return_from_line(segments: Sequence[PaidSegment], units: int) -> list[tuple[int, UnitsReturned]]:
    """Return units of a line, last segment first: (segment number, what it pays back). Raises OverRefund."""
    left = sum(segment.units - segment.returned for segment in segments)
    if units < 1 or units > left:
        raise OverRefund(f"{units} units asked for, {left} left")
    returned = []
    for number in range(len(segments) - 1, -1, -1):
        taken = min(units, segments[number].units - segments[number].returned)
        if taken:
            returned.append((number, return_units(segments[number], taken)))
            units -= taken
    return returned
