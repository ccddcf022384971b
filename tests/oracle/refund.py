"""Section 9: a paid line goes back unit by unit; adjustments pay back money without units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.allocation import spread
from tests.oracle.parts import first_shares, net_of_first


class OverRefundError(Exception):
    """More than is left."""


@dataclass
class PaidUnit:
    """One unit as it was paid: its amount, each share it carries, and what adjustments paid back of it."""

    amount: int
    shares: dict[str, int]
    adjusted: int = 0
    returned: bool = False

    @property
    def still_pays_back(self) -> int:
        return 0 if self.returned else self.amount - self.adjusted


@dataclass(frozen=True)
class Returned:
    segment: int
    units: int
    amount: int
    shares: dict[str, int]


@dataclass
class PaidLine:
    """One line of a quote after payment; units stand in the order in which a segment returns them."""

    segments: list[list[PaidUnit]] = field(default_factory=list)

    @classmethod
    def of(cls, quote: Mapping[str, Any], line: str) -> PaidLine:
        item_offers = {one["offer"] for one in quote["offers"] if one["layer"] == "item"}
        row = next(one for one in quote["lines"] if one["line"] == line)
        price = row["list_amount"] // row["quantity"]
        return cls([paid_units(segment, price, item_offers) for segment in row["segments"]])

    @property
    def open_units(self) -> list[PaidUnit]:
        return [unit for segment in self.segments for unit in segment if not unit.returned]

    @property
    def still_pays_back(self) -> int:
        return sum(unit.still_pays_back for unit in self.open_units)

    def give_back(self, quantity: int, segment: int | None = None) -> list[Returned]:
        """Last segment first, unless the caller names the segment; one unit at a time."""
        places = list(reversed(range(len(self.segments)))) if segment is None else [segment]
        if quantity > sum(not unit.returned for at in places for unit in self.segments[at]):
            raise OverRefundError
        answers = []
        for at in places:
            going = [unit for unit in self.segments[at] if not unit.returned][:quantity]
            quantity -= len(going)
            if going:
                answers.append(_return_units(at, going))
        return answers

    def adjust(self, amount: int) -> None:
        """Over the units not yet returned, in proportion to their net; rooms are what they still pay back."""
        units = self.open_units
        if amount > self.still_pays_back:
            raise OverRefundError
        parts = spread(amount, [unit.amount for unit in units], [unit.still_pays_back for unit in units])
        for unit, part in zip(units, parts, strict=True):
            unit.adjusted += part


def _return_units(at: int, going: list[PaidUnit]) -> Returned:
    amount, shares = 0, dict.fromkeys(going[0].shares, 0)
    for unit in going:
        amount += unit.still_pays_back
        unit.returned = True
        for offer, share in unit.shares.items():
            shares[offer] += share
    return Returned(at, len(going), amount, shares)


def paid_units(segment: Mapping[str, Any], price: int, item_offers: set[str]) -> list[PaidUnit]:
    """Unit k: what the first k carry, minus what the first k-1 carry. An item offer's part is even."""
    units = segment["units"]
    item = [one for one in segment["shares"] if one["offer"] in item_offers]
    later = [one for one in segment["shares"] if one["offer"] not in item_offers]
    reduction = {one["offer"]: one["amount"] // units for one in item}
    unit_price = price - sum(reduction.values())
    amounts = tuple(one["amount"] for one in later)
    paid = []
    for k in range(1, units + 1):
        before, after = first_shares(units, amounts, k - 1), first_shares(units, amounts, k)
        net = net_of_first(units, unit_price, amounts, k) - net_of_first(units, unit_price, amounts, k - 1)
        names = [one["offer"] for one in later]
        shares = {name: b - a for name, a, b in zip(names, before, after, strict=True)}
        paid.append(PaidUnit(net, {**reduction, **shares}))
    return paid
