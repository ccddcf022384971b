"""The item layer: each unit goes to the item offer that makes it cheapest, as far as limits, stock and budget reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from apps.pricing.candidate import Candidate
from apps.pricing.cart import CartLine
from apps.pricing.kinds.item import ItemKind
from apps.pricing.segment import Piece, Segments
from apps.pricing.usage import UNUSED


class Pair(NamedTuple):
    """One item offer on one line that it makes cheaper by `reduction` minor units a unit (`full`: without min_price)."""

    sort_key: tuple[int, int, str, int]
    reduction: int
    full: int
    candidate: Candidate
    line: int


EMPTY = Segments([], [], [], [], False)


class ItemOutcome:
    """What a set of item offers gives: segments in cart order, the saving; units, discount and full discount by candidate index."""

    __slots__ = ("discounts", "fulls", "saved", "segments", "units")

    def __init__(self) -> None:
        self.segments: Segments = EMPTY
        self.saved = 0
        self.units: dict[int, int] = {}
        self.discounts: dict[int, int] = {}
        self.fulls: dict[int, int] = {}

    def book(self, pair: Pair, units: int) -> None:
        index = pair.candidate.index
        self.saved += units * pair.reduction
        self.units[index] = self.units.get(index, 0) + units
        self.discounts[index] = self.discounts.get(index, 0) + units * pair.reduction
        self.fulls[index] = self.fulls.get(index, 0) + units * pair.full


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
            price = max(asked, line.facts.min_price if line.facts else 0, 0)
            reduction = line.unit_price - price
            if reduction > 0:
                key = (-reduction, -offer.priority, offer.code, position)
                pairs.append(Pair(key, reduction, line.unit_price - asked, candidate, position))
    pairs.sort(key=_sort_key)
    return pairs


def _sort_key(pair: Pair) -> tuple[int, int, str, int]:
    return pair.sort_key


def apply_item_offers(
    pairs: Sequence[Pair], chosen: int, lines: Sequence[CartLine], open_to: Mapping[int, int]
) -> ItemOutcome:
    """Let the chosen candidates (bits by index) take units, pair by pair in order.

    `open_to` names the lines to be priced and the later offers (bits) that each is open to before any offer.
    """
    left = {position: lines[position].quantity for position in open_to}
    taken: dict[int, list[tuple[Candidate, int, int]]] = {}
    outcome = ItemOutcome()
    sku_units: dict[tuple[int, str], int] = {}
    for pair in pairs:
        candidate, position = pair.candidate, pair.line
        if not chosen & candidate.bit or not left[position]:
            continue
        line = lines[position]
        units = left[position]
        if candidate.offer.guarded or candidate.offer.counted or candidate.usage is not UNUSED:
            units = _units_to_take(pair, line.sku, units, outcome, sku_units)
            if units <= 0:
                continue
            key = (candidate.index, line.sku)
            sku_units[key] = sku_units.get(key, 0) + units
        left[position] -= units
        outcome.book(pair, units)
        taken.setdefault(position, []).append((candidate, line.unit_price - pair.reduction, units))
    pieces: list[Piece] = []
    nets: list[int] = []
    masks: list[int] = []
    floors = False
    for position in open_to:
        line, mask = lines[position], open_to[position]
        floor = line.facts.min_price if line.facts else 0
        floors = floors or floor > 0
        for candidate, price, units in taken.get(position, ()):
            pieces.append(Piece(position, line.sku, floor, units, price, candidate.offer))
            nets.append(units * price)
            masks.append(mask & candidate.accepts)
        if rest := left[position]:
            pieces.append(Piece(position, line.sku, floor, rest, line.unit_price, None))
            nets.append(rest * line.unit_price)
            masks.append(mask)
    outcome.segments = Segments(pieces, nets, masks, [()] * len(pieces), floors)
    return outcome


def _units_to_take(
    pair: Pair, sku: str, wanted: int, outcome: ItemOutcome, sku_units: Mapping[tuple[int, str], int]
) -> int:
    """The least of what is wanted, what limits and stock leave, and what the budget left pays for."""
    candidate = pair.candidate
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
        units = min(units, (candidate.budget_left - spent) // pair.reduction)
    return units
