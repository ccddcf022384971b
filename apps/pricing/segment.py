"""Segments as parallel columns: what never changes of them is shared by all states that the search walks through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from apps.pricing.parts import first_units_shares

if TYPE_CHECKING:
    from apps.pricing.offer import Offer

Share = tuple["Offer", int]


#: Units of equal amount in one segment: (minor units of each, the segment's position among all, units). A bare tuple,
#: because runs are made by the thousand.
Run = tuple[int, int, int]


class Piece(NamedTuple):
    """Goods of one cart line at one unit price (minor units). `floor` is the SKU's `min_price` (0: none)."""

    line: int
    sku: str
    floor: int
    unit_price: int
    item_offer: Offer | None


class Booking(NamedTuple):
    """What one offer took off the segments that stood `before` it: position -> (first units, their share)."""

    before: Segments
    offer: Offer
    gave: Mapping[int, tuple[int, int]]


class Segments:
    """All segments of a group in order, as columns: piece, units, net, and which candidates each is open to.

    `open_to` is a bit mask over candidate indexes: in scope, and compatible with everything applied so far; `every` holds
    the candidates to whom all segments are open. Immutable by habit: a step copies the columns it changes and shares the
    rest. `floors`: some SKU of the group has a `min_price`. `total` is (net, units) of all segments.
    """

    __slots__ = (
        "_booking",
        "_runs",
        "_shares",
        "every",
        "floors",
        "nets",
        "open_to",
        "pieces",
        "total",
        "units",
    )

    def __init__(
        self,
        pieces: list[Piece],
        units: list[int],
        nets: list[int],
        open_to: list[int],
        floors: bool,
        total: tuple[int, int],
        booking: Booking | None = None,
    ) -> None:
        self.pieces = pieces
        self.units = units
        self.nets = nets
        self.open_to = open_to
        self.floors = floors
        self.total = total
        every = -1
        for mask in open_to:
            every &= mask
        self.every = every
        self._booking = booking
        self._shares: list[tuple[Share, ...]] | None = None
        self._runs: list[Run] | None = None

    @property
    def shares(self) -> list[tuple[Share, ...]]:
        """The shares of the later offers on each segment, in the order applied.

        Nets are all that pricing looks at, so shares are worked out only for the few states that somebody reads.
        """
        if self._shares is None:
            self._shares = _shares_after(self._booking) if self._booking else [()] * len(self.pieces)
        return self._shares

    def open_positions(self, bit: int) -> list[int]:
        """Positions of the segments open to the candidate with this bit."""
        return [position for position, mask in enumerate(self.open_to) if mask & bit]

    def sums(self, bit: int) -> tuple[int, int]:
        """(net, units) of the segments open to the candidate with this bit; (0, 0) where none is."""
        if self.every & bit:
            return self.total
        net = units = 0
        for mask, amount, count in zip(self.open_to, self.nets, self.units, strict=True):
            if mask & bit:
                net += amount
                units += count
        return net, units

    def item_net(self, bit: int) -> int:
        """The net right after the item layer of the segments open to the candidate with this bit."""
        columns = zip(self.pieces, self.units, self.open_to, strict=True)
        return sum([units * piece.unit_price for piece, units, mask in columns if mask & bit])

    def room(self, position: int) -> int:
        """What later discounts may still take: net above units x min_price, never below 0."""
        room = self.nets[position] - self.units[position] * self.pieces[position].floor
        return room if room > 0 else 0

    def unit_runs(self, bit: int) -> list[Run]:
        """The units open to the candidate with this bit, dearest first, ties in cart order, as runs of equal amount.

        By the rule for parts of a segment the odd minor units of a discount lie on the last units, so a segment is at most
        two runs.
        """
        if self._runs is None:
            self._runs = self.runs_at(range(len(self.pieces)))
        if self.every & bit:
            return self._runs
        open_to = self.open_to
        return [run for run in self._runs if open_to[run[1]] & bit]

    def runs_at(self, positions: Iterable[int]) -> list[Run]:
        """The same for the segments at these positions, given in order."""
        runs = []
        units_of, nets = self.units, self.nets
        for position in positions:
            units = units_of[position]
            amount, dearer = divmod(nets[position], units)
            if dearer:
                # The odd minor units of a discount lie on the last units: the first are one dearer than those.
                runs.append((amount + 1, position, dearer))
                units -= dearer
            runs.append((amount, position, units))
        # A stable sort: runs of equal amount stay in cart order.
        runs.sort(key=_amount, reverse=True)
        return runs


_amount = itemgetter(0)


def _shares_after(booking: Booking) -> list[tuple[Share, ...]]:
    """The shares column once an offer is booked: units that it took of a segment stand right before the rest."""
    before, offer, gave = booking
    column: list[tuple[Share, ...]] = []
    for position, shares in enumerate(before.shares):
        if position not in gave:
            column.append(shares)
            continue
        taken, share = gave[position]
        units = before.units[position]
        if taken == units:
            column.append((*shares, (offer, share)))
            continue
        head, rest = split_shares(units, shares, taken)
        column.append((*head, (offer, share)))
        column.append(rest)
    return column


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
