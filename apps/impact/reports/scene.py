"""A document as if it ran beside everything that runs or will run: its market, the goods it reaches, their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.impact.loading import Guard, market_of, read_goods
from apps.impact.worst_case import Bounds, Extent, Finder, PriceClass, price_classes
from apps.offers.admin.sample_price import COMPILERS
from apps.offers.compile import instant
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER, LiveBook
from apps.pricing.money import BPS
from apps.pricing.offer import Offer

Json = Mapping[str, Any]
EXTENT = Extent(quantities=8, beside=2, fillers=4)
#: how far ahead a template is looked at whose coupons follow their issue
AHEAD = timedelta(days=30)


class Scene:
    """One look at the portal with the document in it. `classes` are those that it reaches, by their SKUs."""

    def __init__(self, document: str, content: Json, *, depth_bps: int | None = None) -> None:
        self.offer = replace(COMPILERS[document](content), holdout_bps=0)
        self.now = database_now()
        book = KEEPER.at_least(book_version())
        self.version = book.version
        self.starts, self.ends = window_of(content, self.now)
        self.live = with_document(book, self.offer, content)
        self.market = market_of(self.live, self.starts, self.ends, portal().currency)
        self.guards: dict[str, Guard] = {}
        self._depth_bps = depth_bps
        self.all_classes = sorted(
            price_classes(self.market, read_goods(self.guards)), key=lambda one: one.sku.sku
        )
        bit = self.market.bits.get(self.offer.code, 0)
        self.classes = [one for one in self.all_classes if one.reach & bit]
        self._bounds = Bounds(self.market, self.all_classes)
        self.finder = Finder(self.market, self.all_classes, EXTENT, through=self.offer.code)

    @cached_property
    def suspects(self) -> list[PriceClass]:
        """The classes that their bound does not clear, those first of which it leaves the smallest part."""
        found = []
        for one in self.classes:
            alarm = self.alarm_of(one)
            if alarm > 0 and (least := self._bounds.least(one)) < alarm:
                found.append((least * BPS // alarm, one.sku.sku, one))
        return [one for _part, _sku, one in sorted(found, key=lambda row: row[:2])]

    def alarm_of(self, one: PriceClass) -> int:
        """Below which price of a unit the class is worth the search: floor, cost, or the depth that asks for two."""
        highest = max((self.guards[s.sku].highest for s in one.skus if s.sku in self.guards), default=0)
        if self._depth_bps is None:
            return highest
        return max(highest, one.sku.price * (BPS - self._depth_bps) // BPS)


def with_document(book: LiveBook, offer: Offer, content: Json) -> LiveBook:
    """The book in which it runs, not held back by anything."""
    validities = dict(book.validities)
    if "validity" in content:
        validities[offer.code] = content["validity"]
    return replace(
        book,
        offers=book.offers.with_changes([offer], set(), book.version),
        usages={code: usage for code, usage in book.usages.items() if code != offer.code},
        validities=validities,
    )


def window_of(content: Json, now: datetime) -> tuple[datetime, datetime]:
    """Of an activity its own, from now on; of a template that of its coupons."""
    validity = content.get("validity") or {}
    starts = instant(content.get("starts_at")) or instant(validity.get("from")) or now
    ends = instant(content.get("ends_at")) or instant(validity.get("until")) or now + AHEAD
    starts = max(starts, now)
    return starts, ends if ends > starts else starts + AHEAD
