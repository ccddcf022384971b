"""Segments as parallel columns: what never changes of them is shared by all states that the search walks through."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_, itemgetter
from typing import TYPE_CHECKING, NamedTuple

from apps.pricing.booking import Booking, Share

if TYPE_CHECKING:
    from apps.pricing.offer import Offer


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


#: pieces, units, nets, open_to
Columns = tuple[list[Piece], list[int], list[int], list[int]]


class Segments:
    """All segments of a group in order, as columns: piece, units, net, and which candidates each is open to.

    `open_to` is a bit mask over candidate indexes: in scope, and compatible with everything applied so far;
    `every` holds the candidates to whom all segments are open. `total` is (net, units) of all segments.
    `floors`: some SKU of the group has a `min_price`. Immutable by habit: a booking makes new columns, and
    shares those that it doesn't change.
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
        columns: Columns,
        total: tuple[int, int],
        every: int,
        floors: bool,
        booking: Booking | None = None,
    ) -> None:
        self.pieces, self.units, self.nets, self.open_to = columns
        self.total = total
        self.every = every
        self.floors = floors
        self._booking = booking
        self._shares: list[tuple[Share, ...]] | None = None
        self._runs: list[Run] | None = None

    @classmethod
    def first(cls, columns: Columns) -> Segments:
        """The segments after the item layer."""
        pieces, units, nets, open_to = columns
        total = sum(nets), sum(units)
        return cls(columns, total, reduce(and_, open_to, -1), any(piece.floor for piece in pieces))

    @classmethod
    def after(cls, booking: Booking, discount: int) -> Segments:
        """The segments once an offer is booked, `discount` in all."""
        before = booking.before
        net, units = before.total
        # What the offer took is closed to those whom it does not accept; and it took something.
        every = before.every & booking.candidate.accepts
        return cls(booking.columns(), (net - discount, units), every, before.floors, booking)

    @property
    def shares(self) -> list[tuple[Share, ...]]:
        """The shares of the later offers on each segment, in the order applied: only the chosen state is
        asked for them."""
        if self._shares is None:
            self._shares = self._booking.shares() if self._booking else [()] * len(self.pieces)
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
        """The units open to the candidate with this bit, dearest first, ties in cart order, as runs of equal
        amount.

        By the rule for parts of a segment the odd minor units of a discount lie on the last units, so a segment
        is at most two runs.
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
