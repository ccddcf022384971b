"""Prices of single SKUs, and when they change by the clock."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from apps.carts.bodies import Instant
from apps.storefront.answers.money import Money


class Badge(Struct, forbid_unknown_fields=True):
    offer: str
    text: str


class Upcoming(Struct, forbid_unknown_fields=True):
    """The next item offer that is announced; its price is null while it is a secret."""

    offer: str
    starts_at: Instant
    price: Money | None


class SkuPrice(Struct, forbid_unknown_fields=True):
    """One unit of a SKU with the best item offer that this customer can use.

    `lowest_7d` and `lowest_30d`: what it cost everybody at its cheapest in the days before the call, up to now;
    null while nothing is known.
    """

    sku: str
    list_price: Money
    price: Money
    offer: str | None
    ends_at: Instant | None
    units_left: int | None
    lowest_7d: Money | None
    lowest_30d: Money | None
    badges: list[Badge]
    upcoming: Upcoming | None


class Prices(Struct, forbid_unknown_fields=True):
    """`valid_until`: the next instant at which an answer may change by the clock."""

    currency: str
    as_of: Instant
    book: str
    prices: list[SkuPrice]
    valid_until: Instant | None
    unknown: list[str]


class PriceChange(Struct, forbid_unknown_fields=True):
    """At `at` an offer begins or stops to count for a SKU: its window or one of its sessions."""

    at: Instant
    sku: str
    offer: str
    change: Annotated[str, Meta(description="starts or ends")]


class PriceChanges(Struct, forbid_unknown_fields=True):
    """In the order of the instants; of one instant by offer, then by SKU."""

    results: list[PriceChange]
    next: str | None
