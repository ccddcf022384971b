"""Segments as parallel columns: what never changes of them (pieces) is shared by all states that the search walks through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.pricing.offer import Offer

Share = tuple["Offer", int]


#: Units of equal amount in one segment: (minor units of each, the segment's position among all, units). A bare tuple,
#: because runs are made by the thousand.
Run = tuple[int, int, int]


class Piece:
    """Some units of one cart line at one unit price (minor units). `floor` is the SKU's `min_price` (0: none)."""

    __slots__ = ("floor", "item_offer", "line", "sku", "unit_price", "units")

    def __init__(
        self, line: int, sku: str, floor: int, units: int, unit_price: int, item_offer: Offer | None
    ) -> None:
        self.line = line
        self.sku = sku
        self.floor = floor
        self.units = units
        self.unit_price = unit_price
        self.item_offer = item_offer

    def of(self, units: int) -> Piece:
        """The same goods, another number of units."""
        return Piece(self.line, self.sku, self.floor, units, self.unit_price, self.item_offer)


class Segments:
    """All segments of a group in order, as columns: piece, net, which candidates each is open to, and later offers' shares.

    `open_to` is a bit mask over candidate indexes: in scope, and compatible with everything applied so far. Immutable by habit:
    a step copies the columns it changes and shares the rest. `floors`: some SKU of the group has a `min_price`.
    """

    __slots__ = ("_all", "_every", "_runs", "floors", "nets", "open_to", "pieces", "shares")

    def __init__(
        self,
        pieces: list[Piece],
        nets: list[int],
        open_to: list[int],
        shares: list[tuple[Share, ...]],
        floors: bool,
    ) -> None:
        self.pieces = pieces
        self.nets = nets
        self.open_to = open_to
        self.shares = shares
        self.floors = floors
        every = -1
        for mask in open_to:
            every &= mask
        #: the candidates to whom every segment is open, and then the (net, units) of all
        self._every = every
        self._all: tuple[int, int] | None = None
        self._runs: list[Run] | None = None

    def open_positions(self, bit: int) -> list[int]:
        """Positions of the segments open to the candidate with this bit."""
        return [position for position, mask in enumerate(self.open_to) if mask & bit]

    def sums(self, bit: int) -> tuple[int, int]:
        """(net, units) of the segments open to the candidate with this bit; (0, 0) where none is."""
        if self._every & bit:
            if self._all is None:
                self._all = sum(self.nets), sum([piece.units for piece in self.pieces])
            return self._all
        net = units = 0
        for position, mask in enumerate(self.open_to):
            if mask & bit:
                net += self.nets[position]
                units += self.pieces[position].units
        return net, units

    def item_net(self, bit: int) -> int:
        """The net right after the item layer of the segments open to the candidate with this bit."""
        return sum(
            p.units * p.unit_price for p, mask in zip(self.pieces, self.open_to, strict=True) if mask & bit
        )

    def room(self, position: int) -> int:
        """What later discounts may still take: net above units x min_price, never below 0."""
        piece = self.pieces[position]
        room = self.nets[position] - piece.units * piece.floor
        return room if room > 0 else 0

    def unit_runs(self, bit: int) -> list[Run]:
        """The units open to the candidate with this bit, dearest first, ties in cart order, as runs of equal amount.

        By the rule for parts of a segment the odd minor units of a discount lie on the last units, so a segment is at most
        two runs.
        """
        if self._runs is None:
            self._runs = self.runs_at(range(len(self.pieces)))
        open_to = self.open_to
        return [run for run in self._runs if open_to[run[1]] & bit]

    def runs_at(self, positions: Iterable[int]) -> list[Run]:
        """The same for the segments at these positions."""
        runs = []
        pieces, nets = self.pieces, self.nets
        for position in positions:
            piece = pieces[position]
            units, price = piece.units, piece.unit_price
            discount = units * price - nets[position]
            if not discount:
                runs.append((price, position, units))
                continue
            each, odd = divmod(discount, units)
            runs.append((price - each, position, units - odd))
            if odd:
                runs.append((price - each - 1, position, odd))
        if len(runs) > 1:
            runs.sort(key=_dearest_first)
        return runs


def _dearest_first(run: Run) -> tuple[int, int]:
    return (-run[0], run[1])
