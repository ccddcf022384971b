"""The reverse way (pricing rules, section 9): money back for units, shares reversed, adjustments. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.allocation import spread
from apps.pricing.parts import first_units_shares


class OverRefund(ValueError):
    """More units or money than are left."""


@dataclass(frozen=True, slots=True)
class PaidSegment:
    """A segment as it was paid: units, list price of one unit, the item offer's reduction of one unit, and later shares.

    Amounts in minor units. `shares` are (offer code, amount) in the order applied; `adjusted` is money already paid back
    without units, still lying on the units not returned; `returned` the units returned so far.
    """

    units: int
    list_price: int
    item_offer: str | None = None
    item_reduction: int = 0
    shares: tuple[tuple[str, int], ...] = ()
    returned: int = 0
    adjusted: int = 0

    @property
    def net(self) -> int:
        """What was paid for all units."""
        discount = self.units * self.item_reduction + sum(amount for _, amount in self.shares)
        return self.units * self.list_price - discount

    @property
    def left(self) -> int:
        """What the units not yet returned still pay back."""
        return self.net - self.net_of_first(self.returned) - self.adjusted

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
    """Return `units` more units: the net of the first a + j less that of the first a, less the adjustments on them.

    Adjustments lie on the units not yet returned in proportion to their net; the last units take what is left of them, so a
    full return pays exactly the rest. Raises OverRefund when fewer units are left.
    """
    before = segment.returned
    if units < 1 or units > segment.units - before:
        raise OverRefund(f"{units} units asked for, {segment.units - before} left")
    gross = segment.net_of_first(before + units) - segment.net_of_first(before)
    open_net = segment.net - segment.net_of_first(before)
    last = before + units == segment.units
    rest_net = open_net - gross
    cut = segment.adjusted if last else spread(segment.adjusted, [gross, rest_net])[0]
    earlier = dict(_keyed(segment.shares_of_first(before)))
    shares = tuple(
        (offer, amount - earlier[position, offer])
        for (position, offer), amount in _keyed(segment.shares_of_first(before + units))
    )
    after = PaidSegment(
        units=segment.units,
        list_price=segment.list_price,
        item_offer=segment.item_offer,
        item_reduction=segment.item_reduction,
        shares=segment.shares,
        returned=before + units,
        adjusted=segment.adjusted - cut,
    )
    return UnitsReturned(units, gross - cut, shares, after)


def adjust(segments: Sequence[PaidSegment], amount: int) -> list[PaidSegment]:
    """Pay back `amount` of a line without units: spread over its segments by what their open units still pay back.

    Raises OverRefund when the line pays back less than that.
    """
    lefts = [segment.left for segment in segments]
    if amount < 0 or amount > sum(lefts):
        raise OverRefund(f"{amount} asked for, {sum(lefts)} left")
    nets = [segment.net - segment.net_of_first(segment.returned) for segment in segments]
    shares = spread(amount, nets, lefts)
    return [
        PaidSegment(
            units=segment.units,
            list_price=segment.list_price,
            item_offer=segment.item_offer,
            item_reduction=segment.item_reduction,
            shares=segment.shares,
            returned=segment.returned,
            adjusted=segment.adjusted + share,
        )
        for segment, share in zip(segments, shares, strict=True)
    ]


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


def _keyed(shares: list[tuple[str, int]]) -> list[tuple[tuple[int, str], int]]:
    return [((position, offer), amount) for position, (offer, amount) in enumerate(shares)]
