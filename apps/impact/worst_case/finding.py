"""The search itself: every cart of every class, priced by the engine, and the cheapest unit kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from apps.impact.worst_case.bounds import least_in_cart
from apps.impact.worst_case.classes import PriceClass
from apps.impact.worst_case.market import Market
from apps.impact.worst_case.profiles import Profile, meant
from apps.impact.worst_case.quantities import beside, worth_trying
from apps.pricing.cart import Cart, CartLine, Sku
from apps.pricing.engine import price
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.quote import QuotedSegment

#: sets of offers whose customers a search remembers
MOST_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the search goes: units of one SKU, units of each of two, and how many others an offer brings."""

    quantities: int = 8
    beside: int = 2
    fillers: int = 4


class Share(NamedTuple):
    """What one offer takes off the segment, in minor units; `coupon`: it is a coupon's."""

    offer: str
    name: str
    amount: int
    coupon: bool


@dataclass(frozen=True, slots=True)
class Worst:
    """The cheapest unit: `amount` of `units` of a SKU (minor units), in which cart, when, for whom, through what."""

    sku: str
    amount: int
    units: int
    cart: tuple[tuple[str, int], ...]
    as_of: datetime
    profile: Profile
    stack: tuple[Share, ...]

    @property
    def price(self) -> int:
        """Of one unit, rounded down."""
        return self.amount // self.units

    def below(self, other: Worst | None) -> bool:
        return other is None or self.amount * other.units < other.amount * self.units


def worst_prices(
    market: Market,
    classes: Sequence[PriceClass],
    *,
    extent: Extent | None = None,
    among: Sequence[PriceClass] | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Iterator[tuple[PriceClass, Worst]]:
    """The worst case of each class; the others in its carts come from `among` (all of `classes` by default)."""
    finder = Finder(market, classes if among is None else among, extent)
    for done, one in enumerate(classes, 1):
        found = finder.among_others(one)
        on_progress(done)
        if found is not None:
            yield one, found


class Finder:
    """The same search class by class, what is shared between them prepared once.

    With `through` only units count of whose price that offer has a part: what is cheap without it is not its doing.
    """

    def __init__(
        self,
        market: Market,
        classes: Sequence[PriceClass],
        extent: Extent | None = None,
        *,
        through: str | None = None,
    ) -> None:
        self._market, self._extent = market, extent or Extent()
        self._through = through
        self._shoppers = _Shoppers(market)
        #: carts priced among other goods so far
        self.carts = 0
        self._others = _Others(market, classes, self._extent.fillers)
        self._nobody = _Others(market, (), 0)

    def alone(self, one: PriceClass) -> Worst | None:
        """In carts of this SKU only: two orders of magnitude faster."""
        return self._search(one, self._nobody).run()

    def among_others(self, one: PriceClass) -> Worst | None:
        search = self._search(one, self._others)
        worst = search.run()
        self.carts += search.carts
        return worst

    def _search(self, one: PriceClass, others: _Others) -> _Search:
        return _Search(self._market, one, self._extent, others, self._shoppers, self._through)


class _Shoppers:
    """Who is meant by which offers that run at once, prepared once for every set of them."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self.of = lru_cache(maxsize=MOST_KEPT)(self._of)

    def _of(self, running: int) -> list[tuple[Profile, int]]:
        """Profiles with the bits of their offers."""
        bits = self._market.bits
        return [
            (profile, sum(bits[offer.code] for offer in offers))
            for profile, offers in meant(self._market.of(running))
        ]


class _Others:
    """Which SKUs an offer brings into a cart beside another."""

    def __init__(self, market: Market, classes: Sequence[PriceClass], most: int) -> None:
        self._most = most
        self.by_sku = {sku.sku: (sku, one.reach) for one in classes for sku in one.skus}
        self._classes: dict[int, list[PriceClass]] = {}
        self._chosen: dict[int, list[PriceClass]] = {}
        shared = sum(
            market.bits[o.code] for o in market.offers if o.layer not in (Layer.ITEM, Layer.SHIPPING)
        )
        for one in classes:
            bits = one.reach & shared
            while bits:
                low = bits & -bits
                self._classes.setdefault(low, []).append(one)
                bits ^= low

    def beside(self, reach: int) -> list[PriceClass]:
        """Those that share an offer with a reach, each once; first those that leave their part of a discount to it."""
        found: dict[int, PriceClass] = {}
        while reach:
            low = reach & -reach
            for one in self._of(low):
                found[id(one)] = one
            reach ^= low
        return sorted(found.values(), key=lambda one: not one.sku.min_price)

    def _of(self, bit: int) -> list[PriceClass]:
        if bit not in self._chosen:
            self._chosen[bit] = self._choose(self._classes.get(bit, []))
        return self._chosen[bit]

    def _choose(self, classes: list[PriceClass]) -> list[PriceClass]:
        if len(classes) <= self._most:
            return classes
        by_price = sorted(classes, key=lambda one: one.sku.price)
        shut = [one for one in by_price if one.sku.min_price >= one.sku.price]
        each = max(self._most // 2, 1)
        chosen = [*by_price[-each:], *by_price[: self._most - each], *shut[-1:]]
        return list({id(one): one for one in chosen}.values())


class _Search:
    def __init__(
        self,
        market: Market,
        one: PriceClass,
        extent: Extent,
        others: _Others,
        shoppers: _Shoppers,
        through: str | None = None,
    ) -> None:
        self.market, self.one, self.extent, self.others = market, one, extent, others
        self.shoppers, self.through = shoppers, through
        self.carts = 0
        self._through = -1 if through is None else market.bits.get(through, 0)
        self.best: Worst | None = None

    def run(self) -> Worst | None:
        sku = self.one.sku
        for moment, running in self._instants(self.one.reach):
            offers = self.market.of(running)
            for profile in self._promising([sku], running):
                for units in worth_trying(sku, offers, self.extent.quantities):
                    self._price([(sku, units)], self.one.reach, moment, profile)
        for other in self.others.beside(self.one.reach):
            second = next((s for s in other.skus if s is not sku), None)
            if second is not None:
                self._with(second, other.reach)
        for offer in self.market.of(self.one.reach):
            components = getattr(offer.kind, "items", None)
            if components and components.keys() <= self.others.by_sku.keys():
                self._set(components)
        return self.best

    def _promising(self, goods: Sequence[Sku], running: int) -> Iterator[Profile]:
        """Who could have a unit of the first of these goods cheaper than the cheapest so far, as the bounds tell."""
        least: dict[int, int] = {}
        for profile, bits in self.shoppers.of(running):
            mine = bits & self.one.reach
            if self.through is not None and not mine & self._through:
                continue
            if mine not in least:
                least[mine] = least_in_cart(goods, self.market.of(mine))
            if self.best is None or least[mine] * self.best.units < self.best.amount:
                yield profile

    def _instants(self, reach: int) -> Iterator[tuple[datetime, int]]:
        """Those at which the offer runs through which the price must come."""
        for moment, running in self.market.instants(reach):
            if running & self._through:
                yield moment, running

    def _set(self, components: Mapping[str, int]) -> None:
        """The whole of a bundle, this SKU first."""
        names = sorted(components, key=lambda code: code != self.one.sku.sku)
        goods = [(self.others.by_sku[code][0], components[code]) for code in names]
        reach = 0
        for code in names:
            reach |= self.others.by_sku[code][1]
        for moment, running in self._instants(reach):
            if running & self.one.reach:
                for profile in self._promising([sku for sku, _units in goods], running):
                    self._price(goods, reach, moment, profile)

    def _with(self, second: Sku, reach: int) -> None:
        """Carts of this SKU and a second one."""
        sku, both = self.one.sku, self.one.reach | reach
        for moment, running in self._instants(both):
            if not running & self.one.reach:
                continue
            offers = self.market.of(running)
            for profile in self._promising([sku, second], running):
                for units in range(1, self.extent.beside + 1):
                    for more in beside(sku, units, second, offers, self.extent.beside):
                        self._price([(sku, units), (second, more)], both, moment, profile)

    def _price(
        self, goods: Sequence[tuple[Sku, int]], reach: int, moment: datetime, profile: Profile
    ) -> None:
        lines = tuple(
            CartLine(str(i), sku.sku, units, sku.price, sku) for i, (sku, units) in enumerate(goods, 1)
        )
        cart = profile.dress(Cart(self.market.currency, lines))
        self.carts += 1
        quote = price(cart, self.market.book, moment, wallet=self.market.wallet(reach), explain="none")
        for segment in quote.segments[0]:
            amount, units = segment.net, segment.units
            if self.best is None or amount * self.best.units < self.best.amount * units:
                stack = tuple(_stack(segment, lines[0]))
                if self.through is None or any(share.offer == self.through for share in stack):
                    bought = tuple((sku.sku, units) for sku, units in goods)
                    self.best = Worst(lines[0].sku, amount, units, bought, moment, profile, stack)


def _stack(segment: QuotedSegment, line: CartLine) -> Iterable[Share]:
    """The offers of a segment in the order applied, those that take nothing left out."""
    item: Offer | None = segment.piece.item_offer
    if item is not None:
        reduction = segment.units * (line.unit_price - segment.piece.unit_price)
        yield Share(item.code, item.name, reduction, False)
    for offer, amount in segment.shares:
        if amount:
            yield Share(offer.code, offer.name, amount, offer.is_coupon)


__all__ = ["Extent", "Finder", "Share", "Worst", "worst_prices"]
