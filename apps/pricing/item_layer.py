"""The item layer: each unit goes to the item offer that makes it cheapest, as far as limits, stock and budget reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from apps.pricing.candidate import Candidate
from apps.pricing.cart import CartLine
from apps.pricing.kinds.item import ItemKind
from apps.pricing.layers import ALL_BITS
from apps.pricing.segment import Segment


class Pair(NamedTuple):
    """One item offer on one line that it makes cheaper by `reduction` minor units a unit (`full`: without min_price)."""

    sort_key: tuple[int, int, str, int]
    reduction: int
    full: int
    candidate: Candidate
    line: int


class ItemOutcome:
    """What a set of item offers gives: segments in cart order, the saving, and units and full discount by candidate index."""

    __slots__ = ("discounts", "fulls", "saved", "segments", "units")

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments
        self.saved = 0
        self.units: dict[int, int] = {}
        self.discounts: dict[int, int] = {}
        self.fulls: dict[int, int] = {}


def pairs_of(candidates: Sequence[Candidate], lines: Sequence[CartLine]) -> list[Pair]:
    """All (item offer, line) pairs that make the line cheaper: largest reduction first, then priority, code, cart order."""
    pairs = []
    for candidate in candidates:
        offer = candidate.offer
        kind: ItemKind = offer.kind  # type: ignore[assignment]
        for position, line in enumerate(lines):
            if not candidate.lines >> position & 1:
                continue
            asked = kind.reduced(line.unit_price, line.sku)
            if asked is None:
                continue
            price = max(asked, line.facts.min_price if line.facts else 0)
            reduction = line.unit_price - price
            if reduction > 0:
                key = (-reduction, -offer.priority, offer.code, position)
                pairs.append(Pair(key, reduction, line.unit_price - asked, candidate, position))
    pairs.sort(key=_sort_key)
    return pairs


def _sort_key(pair: Pair) -> tuple[int, int, str, int]:
    return pair.sort_key


def apply_item_offers(
    pairs: Sequence[Pair], chosen: int, lines: Sequence[CartLine], mask: int
) -> ItemOutcome:
    """Let the chosen candidates (bits by index) take units of the lines in `mask`, pair by pair in order."""
    left = [line.quantity for line in lines]
    taken: dict[int, list[Segment]] = {}
    outcome = ItemOutcome([])
    sku_units: dict[tuple[int, str], int] = {}
    for _, reduction, full, candidate, position in pairs:
        index = candidate.index
        if not chosen >> index & 1 or not left[position]:
            continue
        line = lines[position]
        units = _units_to_take(candidate, line.sku, left[position], reduction, outcome, sku_units)
        if units <= 0:
            continue
        left[position] -= units
        offer = candidate.offer
        price = line.unit_price - reduction
        floor = line.facts.min_price if line.facts else 0
        segment = Segment(
            position, line.sku, floor, units, price, units * price, (), offer.layer_bit, offer.stacks, offer
        )
        taken.setdefault(position, []).append(segment)
        outcome.saved += units * reduction
        outcome.units[index] = outcome.units.get(index, 0) + units
        outcome.discounts[index] = outcome.discounts.get(index, 0) + units * reduction
        outcome.fulls[index] = outcome.fulls.get(index, 0) + units * full
        sku_units[index, line.sku] = sku_units.get((index, line.sku), 0) + units
    for position, line in enumerate(lines):
        if mask >> position & 1:
            outcome.segments.extend(taken.get(position, ()))
            if left[position]:
                outcome.segments.append(_untaken(position, line, left[position]))
    return outcome


def _untaken(position: int, line: CartLine, units: int) -> Segment:
    floor = line.facts.min_price if line.facts else 0
    price = line.unit_price
    return Segment(position, line.sku, floor, units, price, units * price, (), 0, ALL_BITS, None)


def _units_to_take(
    candidate: Candidate,
    sku: str,
    wanted: int,
    reduction: int,
    outcome: ItemOutcome,
    sku_units: dict[tuple[int, str], int],
) -> int:
    """The least of what is wanted, what limits and stock leave, and what the budget left pays for."""
    offer, usage = candidate.offer, candidate.usage
    units = wanted
    already = outcome.units.get(candidate.index, 0)
    limits = offer.limits
    if offer.guarded:
        if limits.per_order_units is not None:
            units = min(units, limits.per_order_units - already)
        if limits.per_customer_units is not None:
            units = min(units, limits.per_customer_units - usage.customer_units - already)
        if limits.per_customer_per_day_units is not None:
            units = min(units, limits.per_customer_per_day_units - usage.today_units - already)
        if limits.per_customer_sku_units is not None:
            used = usage.customer_sku_units.get(sku, 0) + sku_units.get((candidate.index, sku), 0)
            units = min(units, limits.per_customer_sku_units - used)
    total = candidate.stock_left()
    if total is not None:
        units = min(units, total - already)
    of_sku = candidate.sku_stock_left(sku)
    if of_sku is not None:
        units = min(units, of_sku - sku_units.get((candidate.index, sku), 0))
    if candidate.budget_left is not None:
        spent = outcome.discounts.get(candidate.index, 0)
        units = min(units, (candidate.budget_left - spent) // reduction)
    return units
