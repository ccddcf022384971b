"""What a priced cart takes: of which counters how much, and of its customer's limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from apps.orders.models.counting import Measure
from apps.orders.numbers import CounterKey
from apps.orders.spans import Spans
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote
from apps.pricing.usage import UNUSED, Usage


@dataclass(frozen=True, slots=True)
class Taken:
    """`amount` of one counter, of which there are `cap` in all."""

    key: CounterKey
    amount: int
    cap: int


@dataclass(frozen=True, slots=True)
class TakenOfLimit:
    """Units and orders of one customer's limit; None is no limit."""

    offer: str
    sku: str
    span: str
    units: int
    orders: int
    most_units: int | None
    most_orders: int | None


@dataclass(slots=True)
class Applied:
    """An offer of the quote: its discount, the units it priced at the item layer, the gifts it gave."""

    offer: Offer
    discount: int
    units: dict[str, int]
    gifts: dict[str, int]

    @property
    def sku_units(self) -> dict[str, int]:
        """Units by SKU that stock counts: sold at the item price, or given away."""
        counted = dict(self.units)
        for sku, quantity in self.gifts.items():
            counted[sku] = counted.get(sku, 0) + quantity
        return counted


def applied_in(quote: Quote) -> list[Applied]:
    """Every offer used, in the order of application."""
    applied = {used.offer.code: Applied(used.offer, used.discount, {}, {}) for used in quote.used}
    for segments in quote.segments:
        for segment in segments:
            piece = segment.piece
            if piece.item_offer is not None:
                units = applied[piece.item_offer.code].units
                units[piece.sku] = units.get(piece.sku, 0) + segment.units
    for reward in quote.rewards:
        if reward.sku is not None and not reward.refusal:
            gifts = applied[reward.offer.code].gifts
            gifts[reward.sku] = gifts.get(reward.sku, 0) + reward.quantity
    return list(applied.values())


def counters_taken(
    applied: Iterable[Applied], usages: Mapping[str, Usage], spans: Mapping[str, Spans]
) -> list[Taken]:
    """What is taken of limited things; offers without limits are not among them."""
    return [
        taken
        for one in applied
        if one.offer.code in spans and not one.offer.is_coupon
        for taken in _counters_of(one, usages.get(one.offer.code, UNUSED), spans[one.offer.code])
        if taken.amount
    ]


def _counters_of(one: Applied, usage: Usage, spans: Spans) -> Iterator[Taken]:
    offer, code = one.offer, one.offer.code
    total = offer.stock.total if usage.stock_total is None else usage.stock_total
    if total is not None and offer.layer is Layer.ITEM:
        yield Taken(CounterKey(code, Measure.UNITS, "", spans.stock), sum(one.units.values()), total)
    for sku, units in one.sku_units.items():
        cap = usage.stock_per_sku.get(sku, offer.stock.per_sku.get(sku))
        if cap is not None:
            yield Taken(CounterKey(code, Measure.UNITS, sku, spans.stock), units, cap)
    budget = offer.budget_amount if usage.budget_amount is None else usage.budget_amount
    if budget is not None:
        yield Taken(CounterKey(code, Measure.BUDGET, "", ""), one.discount, budget)
    if offer.limits.total_orders is not None:
        key = CounterKey(code, Measure.ORDERS, "", spans.limits)
        yield Taken(key, 1, offer.limits.total_orders)


def limits_taken(applied: Iterable[Applied], spans: Mapping[str, Spans]) -> list[TakenOfLimit]:
    """What is taken of the customer's limits, in the one order in which all transactions lock them."""
    taken = [
        row
        for one in applied
        if one.offer.code in spans and one.offer.limits.needs_customer
        for row in _limits_of(one, spans[one.offer.code])
    ]
    return sorted(taken, key=lambda row: (row.offer, row.sku, row.span))


def _limits_of(one: Applied, spans: Spans) -> Iterator[TakenOfLimit]:
    code, limits = one.offer.code, one.offer.limits
    units = sum(one.units.values())
    longer = (limits.per_customer_units, limits.per_customer_orders)
    daily = (limits.per_customer_per_day_units, limits.per_customer_per_day_orders)
    if spans.limits == spans.day:
        longer = daily = (_least(longer[0], daily[0]), _least(longer[1], daily[1]))
    if longer != (None, None):
        yield TakenOfLimit(code, "", spans.limits, units, 1, *longer)
    if daily != (None, None) and spans.day != spans.limits:
        yield TakenOfLimit(code, "", spans.day, units, 1, *daily)
    if limits.per_customer_sku_units is not None:
        for sku, of_sku in sorted(one.units.items()):
            yield TakenOfLimit(code, sku, spans.limits, of_sku, 0, limits.per_customer_sku_units, None)


def _least(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
