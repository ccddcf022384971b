"""Section 4, "item": who gets which units at which reduced unit price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.oracle.allocation import half_up
from tests.oracle.candidates import in_scope
from tests.oracle.model import Case, Line, Offer
from tests.oracle.parts import Segment
from tests.oracle.state import State, Used


def reduced_by_value(params: Mapping[str, Any], line: Line) -> int:
    return line.price - params["value"]


def reduced_by_rate(params: Mapping[str, Any], line: Line) -> int:
    exact = half_up(Fraction(line.price * (10000 - params["bps"]), 10000))
    step = params.get("round_to", 1)
    return exact // step * step


def fixed(params: Mapping[str, Any], line: Line) -> int:
    if "prices" in params:
        return params["prices"].get(line.code, line.price)
    return params["value"]


PRICES: dict[str, Callable[[Mapping[str, Any], Line], int]] = {
    "direct_reduction": reduced_by_value,
    "percentage_off": reduced_by_rate,
    "fixed_price": fixed,
    "flash_sale": fixed,
}


def wished_price(offer: Offer, line: Line) -> int:
    return PRICES[offer.kind](offer.params, line)


def offered_price(offer: Offer, line: Line) -> int:
    """Never below 0; below `min_price` it is raised to it (section 5)."""
    return max(0, wished_price(offer, line), line.min_price)


class Allowance:
    """What limits, stock and budget leave of one item offer while the pairs take their units."""

    def __init__(self, offer: Offer) -> None:
        limits, stock = offer.raw.get("limits", {}), offer.raw.get("stock", {})
        names = ("per_customer_units", "per_order_units", "per_customer_per_day_units")
        self.totals = [limits[name] for name in names if name in limits]
        self.totals += [stock["total"]] if "total" in stock else []
        self.per_sku = [limits["per_customer_sku_units"]] if "per_customer_sku_units" in limits else []
        self.stock_per_sku = stock.get("per_sku", {})
        self.budget = offer.budget
        self.taken: dict[str, int] = defaultdict(int)

    def left(self, sku: str, reduction: int) -> list[int]:
        left = [cap - sum(self.taken.values()) for cap in self.totals]
        left += [cap - self.taken[sku] for cap in self.per_sku]
        if sku in self.stock_per_sku:
            left.append(self.stock_per_sku[sku] - self.taken[sku])
        if self.budget is not None:
            left.append(self.budget // reduction)
        return left

    def take(self, sku: str, units: int, reduction: int) -> None:
        self.taken[sku] += units
        if self.budget is not None:
            self.budget -= units * reduction


def item_layer(case: Case, offers: Sequence[Offer]) -> State:
    """The segments of all lines after the item offers of the set have taken their units."""
    pairs = [
        (line.price - offered_price(offer, line), offer, line)
        for offer in offers
        for line in case.lines
        if in_scope(offer, line) and offered_price(offer, line) < line.price
    ]
    pairs.sort(key=lambda pair: (-pair[0], -pair[1].priority, pair[1].code, pair[2].index))
    allowances = {offer: Allowance(offer) for offer in offers}
    left = {line: line.quantity for line in case.lines}
    segments: dict[Line, list[Segment]] = {line: [] for line in case.lines}
    discounts: dict[Offer, tuple[int, int]] = {}
    for reduction, offer, line in pairs:
        units = min([left[line], *allowances[offer].left(line.code, reduction)])
        if units <= 0:
            continue
        allowances[offer].take(line.code, units, reduction)
        left[line] -= units
        segments[line].append(Segment(line, units, line.price - reduction, offer))
        discount, full = discounts.get(offer, (0, 0))
        wished = line.price - wished_price(offer, line)
        discounts[offer] = (discount + units * reduction, full + units * wished)
    for line in case.lines:
        if left[line]:
            segments[line].append(Segment(line, left[line], line.price))
    return State(
        segments=tuple(segment for line in case.lines for segment in segments[line]),
        fee_left=case.shipping_fee,
        used=tuple(Used(offer, *discounts[offer]) for offer in offers if offer in discounts),
    )
