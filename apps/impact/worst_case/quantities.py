"""How many units are worth trying: the first few, and those at which a condition is met for the first time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apps.pricing.cart import Sku
from apps.pricing.kinds.item import ItemKind
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer

MOST_UNITS = 9_999


def unit_prices(sku: Sku, offers: Iterable[Offer]) -> set[int]:
    """What one unit may cost after the item layer."""
    prices = {sku.price}
    for offer in offers:
        if offer.layer is Layer.ITEM:
            kind: ItemKind = offer.kind  # type: ignore[assignment]
            reduced = kind.reduced(sku.price, sku.sku)
            if reduced is not None:
                prices.add(max(reduced, sku.min_price, 0))
    return prices


def thresholds(offers: Iterable[Offer]) -> tuple[set[int], set[int]]:
    """(amounts, pieces) from which on something is given."""
    amounts: set[int] = set()
    pieces: set[int] = set()
    for offer in offers:
        kind = offer.kind
        for tier in getattr(kind, "tiers", ()):
            (pieces if getattr(kind, "metric", "amount") == "quantity" else amounts).add(tier.at)
        if getattr(kind, "groups_units", False):
            pieces.update(n for n in (getattr(kind, "n", None),) if n)
            pieces.update((getattr(kind, "items", None) or {}).values())
        elif isinstance(getattr(kind, "at", None), int):
            amounts.add(kind.at)  # type: ignore[attr-defined]
    return amounts, pieces


def worth_trying(sku: Sku, offers: Sequence[Offer], up_to: int) -> list[int]:
    """1 to `up_to`, and the least quantity at which each condition can be met at each price of a unit."""
    amounts, pieces = thresholds(offers)
    found = set(range(1, up_to + 1)) | pieces
    for price in unit_prices(sku, offers):
        if price > 0:
            found.update(-(-amount // price) for amount in amounts)
    return sorted(q for q in found if 1 <= q <= MOST_UNITS)


def beside(sku: Sku, units: int, other: Sku, offers: Sequence[Offer], up_to: int) -> list[int]:
    """How many of another SKU are worth having beside `units` of this one: few, or just enough for a condition."""
    amounts, pieces = thresholds(offers)
    found = set(range(1, up_to + 1))
    found.update(p - units for p in pieces)
    others = unit_prices(other, offers)
    # The add-on itself may not count towards its condition: hence 0.
    for mine in {0, *unit_prices(sku, offers)}:
        for price in others:
            if price > 0:
                found.update(-(-(amount - mine * units) // price) for amount in amounts)
    return sorted(r for r in found if 1 <= r <= MOST_UNITS)
