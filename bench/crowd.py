"""Live offers that have nothing to do with a bench cart: other SKUs, categories, brands, tags and shops, all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.offers.compile import compile_activity
from apps.offers.documents import read_activity
from apps.pricing.book import OfferBook
from apps.pricing.faults import Findings, Reader

Json = dict[str, Any]

STARTS, ENDS = "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00"
SKUS = 100_000


def crowd_book(size: int) -> OfferBook:
    return OfferBook.build(map(compile_activity, crowd_documents(size)))


def crowd_documents(size: int, *, starts_at: str = STARTS, ends_at: str = ENDS) -> Iterator[Json]:
    """Canonical documents of `size` activities, every one with its own code and scope."""
    makers = (
        item_percentage,
        flash_prices,
        category_reduction,
        brand_threshold,
        tag_nth_unit,
        shop_threshold,
    )
    canonical = [canonical_form(make(0), starts_at, ends_at) for make in makers]
    for number in range(size):
        at = number % len(makers)
        own = makers[at](number)
        changed = {name: own[name] for name in ("scope", "params", "shop") if name in own}
        if "scope" in changed:
            changed["scope"] = {**canonical[at]["scope"], **changed["scope"]}
        if "params" in changed and own["kind"] != "flash_sale":
            changed["params"] = canonical[at]["params"]
        yield {**canonical[at], **changed, "code": f"crowd-{number}", "name": f"Offer {number} of the crowd"}


def canonical_form(raw: Json, starts_at: str, ends_at: str) -> Json:
    findings = Findings()
    given = {"code": "crowd", "name": "crowd", "starts_at": starts_at, "ends_at": ends_at, **raw}
    content = read_activity(Reader(given, "", findings))
    assert not findings.faults, [str(fault) for fault in findings.faults]
    return content


def include(name: str, *codes: str) -> Json:
    return {"mode": "include", name: list(codes)}


def some_skus(number: int, count: int) -> list[str]:
    return [f"crowd-sku-{(number * 7 + step * 13) % SKUS}" for step in range(count)]


def item_percentage(number: int) -> Json:
    scope = include("skus", *some_skus(number, 5))
    return {"layer": "item", "kind": "percentage_off", "params": {"bps": 1_000}, "scope": scope}


def flash_prices(number: int) -> Json:
    prices = dict.fromkeys(some_skus(number, 3), 990)
    return {
        "layer": "item",
        "kind": "flash_sale",
        "params": {"prices": prices},
        "scope": include("skus", *prices),
    }


def category_reduction(number: int) -> Json:
    scope = include("categories", f"crowd-category-{number % 900}")
    return {"layer": "item", "kind": "direct_reduction", "params": {"value": 500}, "scope": scope}


def brand_threshold(number: int) -> Json:
    tiers = [
        {"at": 10_000, "benefit": {"amount_off": 1_000}},
        {"at": 30_000, "benefit": {"amount_off": 5_000}},
    ]
    scope = include("brands", f"crowd-brand-{number % 700}")
    return {
        "layer": "platform",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": tiers},
        "scope": scope,
    }


def tag_nth_unit(number: int) -> Json:
    scope = include("tags", f"crowd-tag-{number % 500}")
    shop = f"crowd-shop-{number % 300}"
    return {
        "layer": "shop",
        "shop": shop,
        "kind": "nth_unit",
        "params": {"n": 2, "bps": 5_000},
        "scope": scope,
    }


def shop_threshold(number: int) -> Json:
    tiers = [{"at": 20_000, "benefit": {"percentage_off": 1_000, "max": 5_000}}]
    params = {"metric": "amount", "tiers": tiers}
    return {"layer": "shop", "shop": f"crowd-shop-{number % 300}", "kind": "threshold", "params": params}
