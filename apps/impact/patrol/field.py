"""What the patrol walks over: all offers of the next days, all goods that they reach, and what protects those goods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from apps.catalog.models import Sku as SkuRow
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.impact.worst_case import Bounds, Extent, Market, PriceClass, Worst, price_classes, worst_prices
from apps.impact.worst_case.market import Validity
from apps.offers.compile import instant
from apps.offers.documents.template import ValidityMode
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER, LiveBook
from apps.pricing.cart import Sku
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED

FACTS = (
    "code", "shop_id", "category_path", "brand_id", "tags", "price_amount", "min_price_amount", "excluded_all",
    "floor_price_amount", "cost_amount",
)  # fmt: skip
#: fewer carts than an approval searches: every night everything is searched anew
EXTENT = Extent(quantities=3, beside=1, fillers=2)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a SKU should not sell below, minor units."""

    floor: int | None
    cost: int | None

    @property
    def highest(self) -> int:
        return max(self.floor or 0, self.cost or 0)


@dataclass(frozen=True, slots=True)
class Low:
    """A SKU that can be had for less than its floor or its cost."""

    sku: str
    guard: Guard
    worst: Worst

    @property
    def below_cost(self) -> bool:
        return self.guard.cost is not None and self.worst.amount < self.guard.cost * self.worst.units

    @property
    def below_floor(self) -> bool:
        return self.guard.floor is not None and self.worst.amount < self.guard.floor * self.worst.units


class Field:
    """One look at the portal. `classes` are in the order of their first SKU, so that a search can go on after one."""

    def __init__(self, days: int) -> None:
        now = database_now()
        book = KEEPER.at_least(book_version())
        self.version = book.version
        self.market = market_of(book, now, now + timedelta(days=days), portal().currency)
        self.guards: dict[str, Guard] = {}
        self.classes = sorted(price_classes(self.market, self._goods()), key=lambda one: one.sku.sku)
        self._bounds = Bounds(self.market, self.classes)

    def _goods(self) -> Iterator[Sku]:
        rows = SkuRow.objects.filter(price_amount__gt=0).order_by("code")
        for code, shop, path, brand, tags, price, least, shut, floor, cost in rows.values_list(
            *FACTS
        ).iterator(chunk_size=5_000):
            if floor or cost:
                self.guards[code] = Guard(floor, cost)
            yield Sku(
                code,
                shop or "",
                tuple(path),
                brand or "",
                frozenset(tags),
                price,
                least or 0,
                frozenset(shut),
            )

    def lows(self, classes: Iterable[PriceClass]) -> Iterator[Low]:
        """What of these classes can sell too cheap; a bound spares most of them the search."""
        for one in classes:
            if not self._may_be_low(one):
                continue
            for _one, worst in worst_prices(self.market, [one], extent=EXTENT, among=self.classes):
                for sku in one.skus:
                    guard = self.guards.get(sku.sku)
                    if guard is None:
                        continue
                    low = Low(sku.sku, guard, worst)
                    if low.below_cost or low.below_floor:
                        yield low

    def _may_be_low(self, one: PriceClass) -> bool:
        highest = max((self.guards[s.sku].highest for s in one.skus if s.sku in self.guards), default=0)
        return highest > 0 and self._bounds.least(one) < highest


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


def patrol_days() -> int:
    return settings.PATROL_DAYS
