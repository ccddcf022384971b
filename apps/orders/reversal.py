"""What a refund does to an order's segments: units back, adjustments, shipping. Pure; rules in pricing.refund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.carts.bodies import RefundBody, given
from apps.orders.models.order import OrderSegment
from apps.pricing.refund import (
    OverRefund,
    PaidSegment,
    UnitsReturned,
    adjust,
    return_from_line,
    return_units,
)


class UnknownLineError(ValueError):
    """The order has no such line, or the line no such segment."""


@dataclass(frozen=True, slots=True)
class Returned:
    """Units of one segment that go back; `before` is the segment as it stood."""

    line: str
    segment: int
    sku: str
    before: PaidSegment
    result: UnitsReturned


@dataclass(slots=True)
class Reversal:
    """All that one refund pays back, and the segments by line as they stand afterwards."""

    lines: dict[str, list[PaidSegment]]
    skus: dict[str, str]
    returned: list[Returned] = field(default_factory=list)
    adjusted: list[tuple[str, int]] = field(default_factory=list)
    shipping: int = 0

    @property
    def goods_amount(self) -> int:
        units = sum(one.result.amount for one in self.returned)
        return units + sum(amount for _line, amount in self.adjusted)

    @property
    def complete(self) -> bool:
        """Whether every unit is back."""
        return all(s.returned == s.units for segments in self.lines.values() for s in segments)

    def give_back(self, line: str, segments: Iterable[tuple[int, UnitsReturned]]) -> None:
        for number, result in segments:
            before = self.lines[line][number]
            self.returned.append(Returned(line, number, self.skus[line], before, result))
            self.lines[line][number] = result.segment


def paid_segment(row: OrderSegment) -> PaidSegment:
    return PaidSegment(
        units=row.units,
        list_price=row.list_price_amount,
        item_offer=row.item_offer or None,
        item_reduction=row.item_reduction_amount,
        shares=tuple((offer, amount) for offer, amount in row.shares),
        returned=row.returned,
        adjusted=tuple((units, each) for units, each in row.adjusted),
    )


def start(rows: Sequence[OrderSegment]) -> Reversal:
    """Nothing given back yet; `rows` are all segments in order."""
    lines: dict[str, list[PaidSegment]] = {}
    for row in rows:
        lines.setdefault(row.line, []).append(paid_segment(row))
    return Reversal(lines, {row.line: row.sku for row in rows})


def reverse(asked: RefundBody, rows: Sequence[OrderSegment], shipping_left: int) -> Reversal:
    """What is asked, carried out. Raises OverRefund, UnknownLineError."""
    reversal = start(rows)
    if given(asked.all):
        return _everything(reversal, shipping_left)
    for line in given(asked.lines) or ():
        segments = _segments(reversal, line.line)
        number = given(line.segment)
        if number is None:
            reversal.give_back(line.line, return_from_line(segments, line.quantity))
        elif number < len(segments):
            reversal.give_back(line.line, [(number, return_units(segments[number], line.quantity))])
        else:
            raise UnknownLineError(line.line)
    for change in given(asked.adjust) or ():
        segments = _segments(reversal, change.line)
        reversal.lines[change.line] = adjust(segments, change.amount)
        reversal.adjusted.append((change.line, change.amount))
    reversal.shipping = given(asked.shipping) or 0
    if reversal.shipping > shipping_left:
        raise OverRefund(f"{reversal.shipping} of shipping asked for, {shipping_left} left")
    return reversal


def _everything(reversal: Reversal, shipping_left: int) -> Reversal:
    for line, segments in reversal.lines.items():
        left = sum(segment.units - segment.returned for segment in segments)
        if left:
            reversal.give_back(line, return_from_line(segments, left))
    if not reversal.returned and not shipping_left:
        raise OverRefund("nothing is left")
    reversal.shipping = shipping_left
    return reversal


def _segments(reversal: Reversal, line: str) -> list[PaidSegment]:
    if line not in reversal.lines:
        raise UnknownLineError(line)
    return reversal.lines[line]


def shares_reversed(returned: Returned) -> Mapping[str, tuple[int, int]]:
    """Of each offer's share of the segment: how much was reversed before, and with this refund."""
    segment = returned.before
    earlier = dict(segment.shares_of_first(segment.returned))
    return {
        offer: (earlier.get(offer, 0), earlier.get(offer, 0) + amount)
        for offer, amount in returned.result.shares
    }
