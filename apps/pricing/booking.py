"""What one offer takes off the segments, booked: splits, nets, who may still come, and shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apps.pricing.allocation import spread
from apps.pricing.parts import first_units_shares

if TYPE_CHECKING:
    from apps.pricing.candidate import Candidate
    from apps.pricing.offer import Offer
    from apps.pricing.segment import Columns, Segments

Share = tuple["Offer", int]
#: What an offer takes: position -> (the first units of the segment, the sum of their shares).
Gave = dict[int, tuple[int, int]]


class Booking:
    """An offer with what it takes off the segments that stand `before` it."""

    __slots__ = ("before", "candidate", "gave")

    def __init__(self, before: Segments, candidate: Candidate, gave: Gave) -> None:
        self.before = before
        self.candidate = candidate
        self.gave = gave

    def columns(self) -> Columns:
        """Pieces, units, nets and open_to after it: units that it took of a segment stand right before the rest."""
        before, accepts, gave = self.before, self.candidate.accepts, self.gave
        pieces, units = before.pieces, before.units
        nets, open_to = before.nets.copy(), before.open_to.copy()
        split = []
        for position, (taken, share) in gave.items():
            if taken == units[position]:
                nets[position] -= share
                open_to[position] &= accepts
            else:
                split.append(position)
        if split:
            pieces, units = pieces.copy(), units.copy()
            split.sort(reverse=True)  # from the last on, so that the positions before stay true
            for position in split:
                taken, share = gave[position]
                whole, net, mask = units[position], nets[position], open_to[position]
                first = first_units_net(whole, net, taken)
                pieces.insert(position, pieces[position])
                units[position : position + 1] = taken, whole - taken
                nets[position : position + 1] = first - share, net - first
                open_to[position : position + 1] = mask & accepts, mask
        return pieces, units, nets, open_to

    def shares(self) -> list[tuple[Share, ...]]:
        """The shares column after it."""
        offer, gave = self.candidate.offer, self.gave
        column: list[tuple[Share, ...]] = []
        for position, shares in enumerate(self.before.shares):
            if position not in gave:
                column.append(shares)
                continue
            taken, share = gave[position]
            units = self.before.units[position]
            if taken == units:
                column.append((*shares, (offer, share)))
                continue
            head, rest = split_shares(units, shares, taken)
            column.append((*head, (offer, share)))
            column.append(rest)
        return column


def spread_whole(discount: int, segments: Segments, bit: int) -> Gave:
    """A discount spread over all segments open to the candidate with this bit."""
    units, nets = segments.units, segments.nets
    positions: Sequence[int] = range(len(nets))
    if not segments.every & bit:
        positions = segments.open_positions(bit)
        nets = [nets[i] for i in positions]
    if not discount:
        return {i: (units[i], 0) for i in positions}
    rooms = [segments.room(i) for i in positions] if segments.floors else None
    return {i: (units[i], share) for i, share in zip(positions, spread(discount, nets, rooms), strict=True)}


def split_shares(
    units: int, shares: tuple[Share, ...], taken: int
) -> tuple[tuple[Share, ...], tuple[Share, ...]]:
    """What the first `taken` of `units` units carry of each share, and what the rest does, by the rule for parts."""
    if not shares:
        return (), ()
    carried = first_units_shares(units, [amount for _, amount in shares], taken)
    head = tuple([(offer, part) for (offer, _), part in zip(shares, carried, strict=True)])
    rest = tuple([(offer, amount - part) for (offer, amount), part in zip(shares, carried, strict=True)])
    return head, rest


def first_units_net(units: int, net: int, taken: int) -> int:
    """The net of the first `taken` of `units` units: the odd minor units of a discount lie on the last ones."""
    each, dearer = divmod(net, units)
    return taken * each + min(taken, dearer)
