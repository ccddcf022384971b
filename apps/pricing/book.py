"""The offer book: an immutable index of offers by what they name, so that a cart meets only the offers that can reach it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.pricing.cart import CartLine, Sku
from apps.pricing.offer import Offer
from apps.pricing.scope import ScopeMode

IndexKey = tuple[str, str]


class OfferBook:
    """Activities' offers indexed by SKU, category, brand, tag and shop; templates' offers by code.

    `with_changes` makes a new book that shares everything untouched with this one: the index is split into shards that are
    copied only when a changed offer lies in them, so a change of k offers costs O(k), whatever the number of offers.
    """

    __slots__ = ("_everywhere", "_shards", "offers", "version")

    SHARDS = 4096

    def __init__(self) -> None:
        self.offers: Mapping[str, Offer] = {}
        self._shards: list[dict[IndexKey, tuple[Offer, ...]]] = [{} for _ in range(self.SHARDS)]
        #: offers of mode all or exclude that no SKU list narrows
        self._everywhere: tuple[Offer, ...] = ()
        self.version: Any = None

    @classmethod
    def build(cls, offers: Iterable[Offer], version: Any = None) -> OfferBook:
        """A full compile, for the start of a process."""
        book = cls()
        book.version = version
        by_code: dict[str, Offer] = {}
        lists: dict[IndexKey, list[Offer]] = {}
        everywhere = []
        for offer in offers:
            by_code[offer.code] = offer
            if offer.is_coupon:
                continue
            keys = index_keys(offer)
            if keys is None:
                everywhere.append(offer)
            else:
                for key in keys:
                    lists.setdefault(key, []).append(offer)
        for key, found in lists.items():
            book._shards[hash(key) % cls.SHARDS][key] = tuple(found)
        book.offers = _Layered(by_code)
        book._everywhere = tuple(everywhere)
        return book

    def with_changes(
        self, upserts: Iterable[Offer] = (), removals: Iterable[str] = (), version: Any = None
    ) -> OfferBook:
        """A new book with these offers put in or taken out; this one stays as it is."""
        book = OfferBook.__new__(OfferBook)
        book.version = version
        book._shards = self._shards.copy()
        book._everywhere = self._everywhere
        copied: set[int] = set()
        new = {offer.code: offer for offer in upserts}
        gone = [self.offers[code] for code in (*new, *removals) if code in self.offers]
        for offer in gone:
            book._drop(offer, copied)
        for offer in new.values():
            book._put(offer, copied)
        book.offers = _Layered.changed(self.offers, new, set(removals) - new.keys())
        return book

    def _shard(self, key: IndexKey, copied: set[int]) -> dict[IndexKey, tuple[Offer, ...]]:
        number = hash(key) % self.SHARDS
        if number not in copied:
            self._shards[number] = self._shards[number].copy()
            copied.add(number)
        return self._shards[number]

    def _drop(self, offer: Offer, copied: set[int]) -> None:
        if offer.is_coupon:
            return
        keys = index_keys(offer)
        if keys is None:
            self._everywhere = tuple(o for o in self._everywhere if o is not offer)
            return
        for key in keys:
            shard = self._shard(key, copied)
            left = tuple(o for o in shard.get(key, ()) if o is not offer)
            if left:
                shard[key] = left
            else:
                shard.pop(key, None)

    def _put(self, offer: Offer, copied: set[int]) -> None:
        if offer.is_coupon:
            return
        keys = index_keys(offer)
        if keys is None:
            self._everywhere = (*self._everywhere, offer)
            return
        for key in keys:
            shard = self._shard(key, copied)
            shard[key] = (*shard.get(key, ()), offer)

    def reaching(self, lines: tuple[CartLine, ...]) -> dict[Offer, int]:
        """The activities' offers that cover at least one line, each with the bit mask of the lines it covers."""
        hits: dict[Offer, int] = {}
        shards, count = self._shards, self.SHARDS
        known = 0
        by_shop: dict[str, int] = {}
        for position, line in enumerate(lines):
            facts = line.facts
            if facts is None:
                continue
            bit = 1 << position
            known |= bit
            by_shop[facts.shop] = by_shop.get(facts.shop, 0) | bit
            for key in _keys_of(facts):
                for offer in shards[hash(key) % count].get(key, ()):
                    hits[offer] = hits.get(offer, 0) | bit
        for offer, mask in hits.items():
            if offer.shop is not None:
                mask &= by_shop.get(offer.shop, 0)
            if offer.selective:
                mask = _recheck(offer, mask, lines)
            hits[offer] = mask
        for offer in self._everywhere:
            mask = known if offer.shop is None else by_shop.get(offer.shop, 0)
            if mask and offer.selective:
                mask = _recheck(offer, mask, lines)
            if mask:
                hits[offer] = mask
        return hits


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


def _keys_of(facts: Sku) -> list[IndexKey]:
    keys: list[IndexKey] = [("sku", facts.sku), ("shop", facts.shop)]
    if facts.brand:
        keys.append(("brand", facts.brand))
    for code in facts.category_path:
        keys.append(("category", code))
    for code in facts.tags:
        keys.append(("tag", code))
    return keys


class _Layered(Mapping[str, Offer]):
    """A dict with a small overlay, so that a changed book needs no copy of the big one; folded when the overlay grows."""

    __slots__ = ("_base", "_gone", "_over")

    def __init__(
        self, base: dict[str, Offer], over: dict[str, Offer] | None = None, gone: frozenset[str] = frozenset()
    ) -> None:
        self._base = base
        self._over = over or {}
        self._gone = gone

    @classmethod
    def changed(cls, old: Mapping[str, Offer], new: dict[str, Offer], removed: set[str]) -> _Layered:
        assert isinstance(old, _Layered)
        over = {code: offer for code, offer in {**old._over, **new}.items() if code not in removed}
        gone = (old._gone | removed) - new.keys()
        if len(over) + len(gone) > 1000:
            merged = {code: offer for code, offer in {**old._base, **over}.items() if code not in gone}
            return cls(merged)
        return cls(old._base, over, frozenset(gone))

    def __getitem__(self, code: str) -> Offer:
        if code in self._over:
            return self._over[code]
        if code in self._gone:
            raise KeyError(code)
        return self._base[code]

    def __iter__(self):  # type: ignore[no-untyped-def]
        yield from (code for code in self._base if code not in self._gone and code not in self._over)
        yield from self._over

    def __len__(self) -> int:
        return sum(1 for _ in self)


__all__ = ["OfferBook", "index_keys", "lines_covered"]
