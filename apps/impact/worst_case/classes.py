"""SKUs that no offer can tell apart, and that cost the same, have the same worst case: one class, searched once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.impact.worst_case.market import Market
from apps.pricing.cart import Sku
from apps.pricing.offer import Offer


@dataclass(slots=True)
class PriceClass:
    """`reach` are the bits of the offers that cover its SKUs; the first SKU stands for all of them."""

    reach: int
    skus: list[Sku] = field(default_factory=list)

    @property
    def sku(self) -> Sku:
        return self.skus[0]


def price_classes(market: Market, skus: Iterable[Sku]) -> list[PriceClass]:
    """The classes of all SKUs that some offer covers."""
    found: dict[tuple[Any, ...], PriceClass] = {}
    named: dict[int, list[Offer]] = {}
    for sku in skus:
        reach = market.reach(sku)
        if not reach:
            continue
        if reach not in named:
            named[reach] = [offer for offer in market.of(reach) if _names_goods(offer)]
        terms = tuple([_terms_of(offer, sku.sku) for offer in named[reach]])
        key = (reach, sku.price, sku.min_price, sku.shop, terms)
        found.setdefault(key, PriceClass(reach)).skus.append(sku)
    return list(found.values())


def _names_goods(offer: Offer) -> bool:
    return offer.narrowed is not None or bool(offer.stock.per_sku) or _by_sku(offer) is not None


def _by_sku(offer: Offer) -> Mapping[str, Any] | None:
    """What a kind's parameters say of single SKUs."""
    return getattr(offer.kind, "prices", None) or getattr(offer.kind, "items", None)


def _terms_of(offer: Offer, sku: str) -> tuple[Any, ...]:
    """What the offer says of this SKU alone."""
    by_sku = _by_sku(offer)
    own: Any = by_sku.get(sku) if by_sku is not None else (offer.narrowed is not None and sku)
    return own, offer.stock.per_sku.get(sku)
