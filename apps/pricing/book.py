"""The offer book: an index of offers by what they name, so that a cart meets only the offers that can reach it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from apps.pricing.cart import CartLine
from apps.pricing.layered import Layered
from apps.pricing.offer import Offer
from apps.pricing.scope import ScopeMode

#: How offers name goods, and the code: ("brand", "acme").
IndexKey = tuple[str, str]
NAMES = ("sku", "category", "brand", "tag", "shop")
NOBODY: tuple[Offer, ...] = ()


class OfferBook:
    """Activities' offers indexed by SKU, category, brand, tag and shop; templates' offers by code.

    `with_changes` makes a new book that shares everything untouched with this one, so a change of k offers
    costs O(k), whatever the number of offers.
    """

    __slots__ = ("_everywhere", "_index", "offers", "version")

    def __init__(self) -> None:
        self.offers: Mapping[str, Offer] = Layered({})
        self._index: dict[str, Layered[tuple[Offer, ...]]] = {name: Layered({}) for name in NAMES}
        #: offers of mode all or exclude that no SKU list narrows
        self._everywhere: tuple[Offer, ...] = ()
        self.version: Any = None

    @classmethod
    def build(cls, offers: Iterable[Offer], version: Any = None) -> OfferBook:
        """A full compile, for the start of a process."""
        book = cls()
        book.version = version
        by_code: dict[str, Offer] = {}
        lists: dict[str, dict[str, list[Offer]]] = {name: {} for name in NAMES}
        everywhere = []
        for offer in offers:
            by_code[offer.code] = offer
            if offer.is_coupon:
                continue
            keys = index_keys(offer)
            if keys is None:
                everywhere.append(offer)
            else:
                for name, code in keys:
                    lists[name].setdefault(code, []).append(offer)
        for name, found in lists.items():
            book._index[name] = Layered({code: tuple(offers) for code, offers in found.items()})
        book.offers = Layered(by_code)
        book._everywhere = tuple(everywhere)
        return book

    def with_changes(
        self, upserts: Iterable[Offer] = (), removals: Iterable[str] = (), version: Any = None
    ) -> OfferBook:
        """A new book with these offers put in or taken out; this one stays as it is."""
        new = {offer.code: offer for offer in upserts}
        changes: dict[str, Offer | None] = {**dict.fromkeys(removals), **new}
        gone = {self.offers[code] for code in changes if code in self.offers}
        book = OfferBook.__new__(OfferBook)
        book.version = version
        assert isinstance(self.offers, Layered)
        book.offers = self.offers.changed(changes)
        added = [offer for offer in new.values() if not offer.is_coupon]
        book._everywhere = (
            *[offer for offer in self._everywhere if offer not in gone],
            *[offer for offer in added if index_keys(offer) is None],
        )
        book._index = self._changed_index(gone, added)
        return book

    def _changed_index(
        self, gone: set[Offer], added: Iterable[Offer]
    ) -> dict[str, Layered[tuple[Offer, ...]]]:
        joining: dict[IndexKey, list[Offer]] = defaultdict(list)
        for offer in added:
            for key in index_keys(offer) or ():
                joining[key].append(offer)
        touched = {key for offer in gone if not offer.is_coupon for key in index_keys(offer) or ()}
        changes: dict[str, dict[str, tuple[Offer, ...] | None]] = {name: {} for name in NAMES}
        for name, code in touched | joining.keys():
            stay = [offer for offer in self._index[name].get(code) or NOBODY if offer not in gone]
            changes[name][code] = (*stay, *joining.get((name, code), ())) or None
        return {name: self._index[name].changed(changes[name]) for name in NAMES}

    def reaching(self, lines: tuple[CartLine, ...]) -> dict[Offer, int]:
        """The activities' offers that cover at least one line, each with the bit mask of the lines it covers."""
        masks = _Masks(lines)
        hits: dict[Offer, int] = {}
        for name, by_code in masks.named.items():
            index = self._index[name]
            for code, mask in by_code.items():
                for offer in index.get(code) or NOBODY:
                    hits[offer] = hits.get(offer, 0) | mask
        by_shop = masks.named["shop"]
        for offer, mask in hits.items():
            if offer.shop is not None:
                mask &= by_shop.get(offer.shop, 0)
            if offer.selective:
                mask = _recheck(offer, mask, lines)
            hits[offer] = mask
        for offer in self._everywhere:
            mask = masks.known if offer.shop is None else by_shop.get(offer.shop, 0)
            if mask and offer.selective:
                mask = _recheck(offer, mask, lines)
            if mask:
                hits[offer] = mask
        return hits


class _Masks:
    """Every code that the lines of a cart can be named by, with the bit mask of those lines; `known` to the
    catalogue."""

    __slots__ = ("known", "named")

    def __init__(self, lines: Iterable[CartLine]) -> None:
        self.known = 0
        self.named: dict[str, dict[str, int]] = {name: {} for name in NAMES}
        skus, categories, brands, tags, shops = self.named.values()
        for position, line in enumerate(lines):
            facts = line.facts
            if facts is None:
                continue
            bit = 1 << position
            self.known |= bit
            skus[facts.sku] = skus.get(facts.sku, 0) | bit
            shops[facts.shop] = shops.get(facts.shop, 0) | bit
            if facts.brand:
                brands[facts.brand] = brands.get(facts.brand, 0) | bit
            for code in facts.category_path:
                categories[code] = categories.get(code, 0) | bit
            for code in facts.tags:
                tags[code] = tags.get(code, 0) | bit


def lines_covered(offer: Offer, lines: tuple[CartLine, ...]) -> int:
    """The bit mask of the lines that one offer covers (for coupons, which are looked up by template)."""
    mask = 0
    for position, line in enumerate(lines):
        facts = line.facts
        if facts is None or (offer.shop is not None and facts.shop != offer.shop):
            continue
        if (offer.narrowed is None or line.sku in offer.narrowed) and offer.scope.covers(facts):
            mask |= 1 << position
    return mask


def _recheck(offer: Offer, mask: int, lines: tuple[CartLine, ...]) -> int:
    for position, line in enumerate(lines):
        bit = 1 << position
        if mask & bit and (
            (offer.narrowed is not None and line.sku not in offer.narrowed)
            or not offer.scope.covers(line.facts)  # type: ignore[arg-type]
        ):
            mask &= ~bit
    return mask


def index_keys(offer: Offer) -> list[IndexKey] | None:
    """Under which keys an offer is found; None: under none, it must be looked at for every cart of its shop."""
    if offer.narrowed is not None:
        return [("sku", sku) for sku in offer.narrowed]
    if offer.scope.mode is ScopeMode.INCLUDE:
        named = offer.scope.named
        return [
            *(("sku", code) for code in named.skus),
            *(("category", code) for code in named.categories),
            *(("brand", code) for code in named.brands),
            *(("tag", code) for code in named.tags),
            *(("shop", code) for code in named.shops),
        ]
    if offer.shop is not None:
        return [("shop", offer.shop)]
    return None


__all__ = ["OfferBook", "index_keys", "lines_covered"]
