"""What the patrol walks over: all offers of the next days, all goods that they reach, and what sells too cheap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.impact.loading import Guard, market_of, read_goods
from apps.impact.worst_case import Bounds, Extent, Finder, PriceClass, Worst, price_classes
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER

#: fewer carts than an approval searches: every night everything is searched anew
EXTENT = Extent(quantities=3, beside=1, fillers=2)


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
        market = market_of(book, now, now + timedelta(days=days), portal().currency)
        self.guards: dict[str, Guard] = {}
        self.classes = sorted(price_classes(market, read_goods(self.guards)), key=lambda one: one.sku.sku)
        self._bounds = Bounds(market, self.classes)
        self._finder = Finder(market, self.classes, EXTENT)

    def lows(self, classes: Iterable[PriceClass]) -> Iterator[Low]:
        """What of these classes can sell too cheap; a bound spares most of them the search."""
        for one in classes:
            worst = self._finder.among_others(one) if self._may_be_low(one) else None
            if worst is not None:
                yield from self._too_cheap(one, worst)

    def _too_cheap(self, one: PriceClass, worst: Worst) -> Iterator[Low]:
        for sku in one.skus:
            guard = self.guards.get(sku.sku)
            if guard is not None:
                low = Low(sku.sku, guard, worst)
                if low.below_cost or low.below_floor:
                    yield low

    def _may_be_low(self, one: PriceClass) -> bool:
        highest = max((self.guards[s.sku].highest for s in one.skus if s.sku in self.guards), default=0)
        return highest > 0 and self._bounds.least(one) < highest


def patrol_days() -> int:
    return settings.PATROL_DAYS
