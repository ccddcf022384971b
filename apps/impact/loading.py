"""What a search of prices reads from the portal: the offers of a window, the goods, and what protects those goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.catalog.models import Sku as SkuRow
from apps.impact.worst_case import Market
from apps.impact.worst_case.market import Validity
from apps.offers.compile import instant
from apps.offers.documents.template import ValidityMode
from apps.orders.book import LiveBook
from apps.pricing.cart import Sku
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED

_FACTS = (
    "code", "shop_id", "category_path", "brand_id", "tags", "price_amount", "min_price_amount", "excluded_all",
    "floor_price_amount", "cost_amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guard:
    """What a SKU should not sell below, minor units."""

    floor: int | None
    cost: int | None

    @property
    def highest(self) -> int:
        return max(self.floor or 0, self.cost or 0)


def read_goods(guards: dict[str, Guard]) -> Iterator[Sku]:
    """Every SKU that has a price, by code, as the engine knows it; what protects it is noted on the way."""
    rows = SkuRow.objects.filter(price_amount__gt=0).order_by("code").values_list(*_FACTS)
    for code, shop, path, brand, tags, price, least, shut, floor, cost in rows.iterator(chunk_size=5_000):
        if floor or cost:
            guards[code] = Guard(floor, cost)
        yield Sku(
            code, shop or "", tuple(path), brand or "", frozenset(tags), price, least or 0, frozenset(shut)
        )


def market_of(book: LiveBook, starts: datetime, ends: datetime, currency: str) -> Market:
    """All offers that run or may run in the window, as the book has them; what is paused or ended is left out."""
    offers: list[Offer] = [
        offer for offer in book.offers.offers.values() if not book.usages.get(offer.code, UNUSED).blocked
    ]
    validities = {
        offer.code: _validity(book.validities.get(offer.code)) for offer in offers if offer.is_coupon
    }
    return Market(offers, starts=starts, ends=ends, validities=validities, currency=currency)


def _validity(said: Mapping[str, Any] | None) -> Validity:
    """One that follows its issue is open on both sides: somebody may have such a coupon at any time."""
    if said is None or said["mode"] == ValidityMode.RELATIVE:
        return Validity()
    return Validity(instant(said["from"]), instant(said["until"]))
