"""Section 2: segments, and the one rule for parts of a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from tests.oracle.model import Line, Offer


@dataclass(frozen=True, eq=False)
class Segment:
    """Some units of a line, their unit price (an item offer's, if it took them), each later offer's share."""

    line: Line
    units: int
    unit_price: int
    item_offer: Offer | None = None
    shares: tuple[tuple[Offer, int], ...] = ()

    @property
    def net(self) -> int:
        return self.units * self.unit_price - sum(amount for _, amount in self.shares)

    @property
    def after_item_layer(self) -> int:
        return self.units * self.unit_price

    @property
    def applied(self) -> list[Offer]:
        first = [self.item_offer] if self.item_offer else []
        return first + [offer for offer, _ in self.shares]

    @property
    def room(self) -> int:
        return max(0, self.net - self.units * self.line.min_price)

    def with_share(self, offer: Offer, amount: int) -> Segment:
        return replace(self, shares=(*self.shares, (offer, amount)))


@lru_cache(maxsize=100_000)
def first_shares(units: int, shares: tuple[int, ...], j: int) -> tuple[int, ...]:
    """What the first `j` of a segment's units carry of each share."""
    m = len(shares)
    if m == 0:
        return ()
    running = [sum(shares[: i + 1]) for i in range(m)]
    carried = [0] * m
    whole, odd = divmod(running[-1], units)
    carried[-1] = j * whole + max(0, j - (units - odd))
    for i in range(m - 2, -1, -1):
        carried[i] = carried[i + 1] * running[i] // running[i + 1] if running[i + 1] else 0
    return tuple(carried[i] - (carried[i - 1] if i else 0) for i in range(m))


def net_of_first(units: int, unit_price: int, shares: Sequence[int], j: int) -> int:
    return j * unit_price - sum(first_shares(units, tuple(shares), j))


def unit_amounts(segment: Segment) -> list[int]:
    """The amount of unit k is the net of the first k minus that of the first k-1."""
    shares = [amount for _, amount in segment.shares]
    nets = [net_of_first(segment.units, segment.unit_price, shares, j) for j in range(segment.units + 1)]
    return [after - before for before, after in pairwise(nets)]


def split(segment: Segment, j: int) -> tuple[Segment, Segment]:
    """The first `j` units, and right after them the rest."""
    assert 0 < j < segment.units
    amounts = tuple(amount for _, amount in segment.shares)
    taken = first_shares(segment.units, amounts, j)
    offers = [offer for offer, _ in segment.shares]
    left = [whole - part for whole, part in zip(amounts, taken, strict=True)]
    return (
        replace(segment, units=j, shares=tuple(zip(offers, taken, strict=True))),
        replace(segment, units=segment.units - j, shares=tuple(zip(offers, left, strict=True))),
    )
