"""The item layer: each unit goes to the item offer that makes it cheapest, as far as limits, stock and budget reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from apps.pricing.candidate import Candidate
from apps.pricing.cart import CartLine
from apps.pricing.kinds.item import ItemKind
from apps.pricing.segment import Piece, Segments
from apps.pricing.usage import UNUSED


class ListedLine(NamedTuple):
    """A cart line before any offer: its goods at list price, its units, and the later offers (bits) that cover it."""

    piece: Piece
    units: int
    open_to: int


class Pair(NamedTuple):
    """One item offer on one line that it makes cheaper by `reduction` minor units a unit (`full`: without
    min_price).

    `piece` is the goods at that price; `limited`: something may keep the offer from taking all units of the
    line.
    """

    sort_key: tuple[int, int, str, int]
    reduction: int
    full: int
    candidate: Candidate
    line: int
    piece: Piece
    limited: bool


class ItemOutcome:
    """What a set of item offers gives: segments in cart order, saving, units by candidate index, who took what."""

    __slots__ = ("saved", "segments", "taken", "units")

    segments: Segments

    def __init__(self) -> None:
        self.saved = 0
        self.units: dict[int, int] = {}
        self.taken: list[tuple[Pair, int]] = []

    def book(self, pair: Pair, units: int) -> None:
        index = pair.candidate.index
        self.saved += units * pair.reduction
        self.units[index] = self.units.get(index, 0) + units
        self.taken.append((pair, units))

    def discounts_of(self, candidate: Candidate) -> tuple[int, int]:
        """(discount, full discount) of one offer in all."""
        mine = [(pair, units) for pair, units in self.taken if pair.candidate is candidate]
        return sum(units * pair.reduction for pair, units in mine), sum(units * p.full for p, units in mine)

    def sku_units(self, candidate: Candidate, sku: str) -> int:
        """Units of one SKU that the offer took."""
        return sum([n for pair, n in self.taken if pair.candidate is candidate and pair.piece.sku == sku])


def pairs_of(candidates: Sequence[Candidate], lines: Sequence[CartLine]) -> list[Pair]:
    """All (item offer, line) pairs that make the line cheaper: largest reduction first, then priority, code,
    cart order."""
    pairs = []
    for candidate in candidates:
        offer = candidate.offer
        kind: ItemKind = offer.kind  # type: ignore[assignment]
        limited = offer.guarded or offer.counted or candidate.usage is not UNUSED
        for position, line in enumerate(lines):
            if not candidate.lines >> position & 1:
                continue
            asked = kind.reduced(line.unit_price, line.sku)
            if asked is None:
                continue
            floor = line.facts.min_price if line.facts else 0
            price = max(asked, floor, 0)
            reduction = line.unit_price - price
            if reduction > 0:
                key = (-reduction, -offer.priority, offer.code, position)
                piece = Piece(position, line.sku, floor, price, offer)
                pairs.append(
                    Pair(key, reduction, line.unit_price - asked, candidate, position, piece, limited)
                )
    pairs.sort(key=_sort_key)
    return pairs


def _sort_key(pair: Pair) -> tuple[int, int, str, int]:
    return pair.sort_key


def apply_item_offers(pairs: Sequence[Pair], chosen: int, lines: Sequence[ListedLine]) -> ItemOutcome:
    """Let the chosen candidates (bits by index) take units, pair by pair in order."""
    outcome = ItemOutcome()
    left = {line.piece.line: line.units for line in lines}
    taken: dict[int, list[tuple[Pair, int]]] = {}
    for pair in pairs:
        units = left[pair.line]
        if not units or not chosen & pair.candidate.bit:
            continue
        if pair.limited:
            units = _units_to_take(pair, units, outcome)
            if units <= 0:
                continue
        left[pair.line] -= units
        outcome.book(pair, units)
        taken.setdefault(pair.line, []).append((pair, units))
    outcome.segments = _segments(lines, taken)
    return outcome


def _segments(lines: Sequence[ListedLine], taken: Mapping[int, Sequence[tuple[Pair, int]]]) -> Segments:
    """A line's segments in the order taken; the units that nobody took come last, at list price."""
    pieces: list[Piece] = []
    units: list[int] = []
    nets: list[int] = []
    open_to: list[int] = []
    for piece, quantity, mask in lines:
        for pair, count in taken.get(piece.line, ()):
            pieces.append(pair.piece)
            units.append(count)
            nets.append(count * pair.piece.unit_price)
            open_to.append(mask & pair.candidate.accepts)
            quantity -= count
        if quantity:
            pieces.append(piece)
            units.append(quantity)
            nets.append(quantity * piece.unit_price)
            open_to.append(mask)
    return Segments.first((pieces, units, nets, open_to))


def _units_to_take(pair: Pair, wanted: int, outcome: ItemOutcome) -> int:
    """The least of what is wanted, what limits and stock leave, and what the budget left pays for."""
    candidate, sku = pair.candidate, pair.piece.sku
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
            used = usage.customer_sku_units.get(sku, 0) + outcome.sku_units(candidate, sku)
            units = min(units, limits.per_customer_sku_units - used)
    total = candidate.stock_left()
    if total is not None:
        units = min(units, total - already)
    of_sku = candidate.sku_stock_left(sku)
    if of_sku is not None:
        units = min(units, of_sku - outcome.sku_units(candidate, sku))
    if candidate.budget_left is not None:
        spent, _ = outcome.discounts_of(candidate)
        units = min(units, (candidate.budget_left - spent) // pair.reduction)
    return units
