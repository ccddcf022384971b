"""Section 6: what each kind makes of the segments that are open to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracle.allocation import half_up
from tests.oracle.model import Offer
from tests.oracle.parts import Segment, unit_amounts


@dataclass(frozen=True)
class Part:
    """What a discount is spread over: a segment, or one unit of it; `at` is its place in E."""

    at: int
    units: int
    net: int
    room: int


@dataclass(frozen=True)
class Group:
    discount: int
    full_discount: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Benefit:
    groups: tuple[Group, ...]
    rewards: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ConditionFails:
    """The numbers behind `threshold_not_met`."""

    gap: int


@dataclass(frozen=True)
class Unit:
    at: int
    number: int
    sku: str
    amount: int
    min_price: int

    @property
    def part(self) -> Part:
        return Part(self.at, 1, self.amount, max(0, self.amount - self.min_price))


Outcome = Benefit | ConditionFails


def units_of(segments: Sequence[Segment]) -> list[Unit]:
    return [
        Unit(at, number, segment.line.code, amount, segment.line.min_price)
        for at, segment in enumerate(segments)
        for number, amount in enumerate(unit_amounts(segment))
    ]


def dearest_first(units: Sequence[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: (-unit.amount, unit.at, unit.number))


def threshold(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    params = offer.params
    basis = [seg.after_item_layer if offer.basis == "item" else seg.net for seg in segments]
    counts = params["metric"] == "quantity"
    metric = sum(seg.units for seg in segments) if counts else sum(basis)
    met = [tier for tier in params["tiers"] if metric >= tier["at"]]
    if not met:
        return ConditionFails(min(tier["at"] for tier in params["tiers"]) - metric)
    tier = max(met, key=lambda one: one["at"])
    benefit = tier["benefit"]
    full = discount = 0
    if "amount_off" in benefit:
        full = discount = benefit["amount_off"]
        if params.get("repeat", False):
            times = metric // tier["at"]
            full = benefit["amount_off"] * times
            discount = benefit["amount_off"] * min(times, params.get("max_times", times))
    if "percentage_off" in benefit:
        full = half_up(Fraction(sum(basis) * benefit["percentage_off"], 10000))
        discount = min(full, benefit.get("max", full))
    parts = [Part(at, seg.units, seg.net, seg.room) for at, seg in enumerate(segments)]
    rewards = {name: benefit[name] for name in ("gifts", "coupons", "points") if name in benefit}
    return Benefit((Group(discount, full, tuple(parts)),), rewards or None)


def full_groups(offer: Offer, segments: Sequence[Segment]) -> list[list[Unit]]:
    """Units of E dearest first, in groups of `n`; `same_sku` groups within each SKU."""
    n, units = offer.params["n"], dearest_first(units_of(segments))
    piles = [units]
    if offer.params.get("same_sku", False):
        skus = dict.fromkeys(unit.sku for unit in units)
        piles = [[unit for unit in units if unit.sku == sku] for sku in skus]
    return [pile[i : i + n] for pile in piles for i in range(0, len(pile) - n + 1, n)]


def unit_group(discount: int, units: Sequence[Unit]) -> Group:
    return Group(discount, discount, tuple(unit.part for unit in units))


def nth_unit(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    bps = offer.params["bps"]
    groups = [
        unit_group(half_up(Fraction(group[-1].amount * bps, 10000)), group)
        for group in full_groups(offer, segments)
    ]
    return Benefit(tuple(groups))


def buy_n_pay_m(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    free = offer.params["n"] - offer.params["m"]
    groups = [
        unit_group(sum(unit.amount for unit in group[-free:]), group)
        for group in full_groups(offer, segments)
    ]
    return Benefit(tuple(groups))


def n_for_price(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    groups = [
        unit_group(sum(unit.amount for unit in group) - offer.params["value"], group)
        for group in full_groups(offer, segments)
    ]
    return Benefit(tuple(groups))


def bundle_price(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    items = offer.params["items"]
    units = dearest_first(units_of(segments))
    piles = {sku: [unit for unit in units if unit.sku == sku] for sku in items}
    times = min(len(piles[sku]) // need for sku, need in items.items())
    times = min(times, offer.params.get("max_times", times))
    groups = []
    for turn in range(times):
        chosen = [unit for sku, need in items.items() for unit in piles[sku][turn * need : (turn + 1) * need]]
        chosen.sort(key=lambda unit: (unit.at, unit.number))
        groups.append(unit_group(sum(unit.amount for unit in chosen) - offer.params["value"], chosen))
    return Benefit(tuple(groups))


def cheaper_units(prices: Mapping[str, int], max_units: int | None, segments: Sequence[Segment]) -> Benefit:
    """Units of the named SKUs at their price, where lower, by saving descending; each its own group."""
    savings = [
        (unit.amount - max(prices[unit.sku], unit.min_price), unit)
        for unit in units_of(segments)
        if unit.sku in prices
    ]
    savings = [(saving, unit) for saving, unit in savings if saving > 0]
    savings.sort(key=lambda pair: (-pair[0], pair[1].at, pair[1].number))
    chosen = savings if max_units is None else savings[:max_units]
    groups = [
        Group(saving, unit.amount - min(prices[unit.sku], unit.amount), (unit.part,))
        for saving, unit in chosen
    ]
    return Benefit(tuple(groups))


def addon_price(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    prices = offer.params["prices"]
    others = sum(segment.net for segment in segments if segment.line.code not in prices)
    if others < offer.params["at"]:
        return ConditionFails(offer.params["at"] - others)
    return cheaper_units(prices, offer.params.get("max_units"), segments)


def exchange(offer: Offer, segments: Sequence[Segment]) -> Outcome:
    prices = {offer.params["sku"]: offer.params["value"]}
    return cheaper_units(prices, offer.params.get("max_units"), segments)


def shipping_off(offer: Offer, segments: Sequence[Segment], fee_left: int) -> Outcome:
    net = sum(segment.net for segment in segments)
    if net < offer.params["at"]:
        return ConditionFails(offer.params["at"] - net)
    wished = fee_left if offer.params.get("free", False) else offer.params["value"]
    return Benefit((Group(min(wished, fee_left), wished, ()),))


BENEFITS: dict[str, Callable[[Offer, Sequence[Segment]], Outcome]] = {
    "threshold": threshold,
    "nth_unit": nth_unit,
    "buy_n_pay_m": buy_n_pay_m,
    "n_for_price": n_for_price,
    "bundle_price": bundle_price,
    "addon_price": addon_price,
    "exchange": exchange,
}
