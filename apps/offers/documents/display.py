"""`display`, `placements` and `goals`: what customers see, where, and what the activity is for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from apps.offers.documents.texts import local_text, web_address
from apps.pricing.faults import Reader

MAX_SORT = 1_000_000


class Placement(StrEnum):
    """Where a storefront usually shows it, in the order in which a customer passes by."""

    HOME = "home"
    VENUE = "venue"
    LIST = "list"
    PRODUCT = "product"
    CART = "cart"
    CHECKOUT = "checkout"
    COUPON_CENTER = "coupon_center"
    POPUP = "popup"


class Teaser(StrEnum):
    """What a coming activity tells of its price."""

    PRICE = "price"
    HIDDEN = "hidden"


class Metric(StrEnum):
    """What a goal is measured in."""

    GMV = "gmv"
    ORDERS = "orders"
    UNITS = "units"
    CUSTOMERS = "customers"
    NEW_CUSTOMERS = "new_customers"
    AOV = "aov"
    REDEMPTION_RATE = "redemption_rate"
    SELL_THROUGH = "sell_through"
    ROI = "roi"
    MARGIN = "margin"


def read_display(owner: Reader, key: str = "display") -> dict[str, Any]:
    reader = owner.child(key)
    display = {
        "title": local_text(reader, "title"),
        "badge": local_text(reader, "badge"),
        "rules": local_text(reader, "rules"),
        "image": web_address(reader, "image"),
        "link": web_address(reader, "link"),
        "sort": reader.integer("sort", minimum=-MAX_SORT, maximum=MAX_SORT, default=0),
        "teaser": reader.text("teaser", choices=tuple(Teaser)) or Teaser.PRICE.value,
    }
    reader.close()
    return display


def read_placements(owner: Reader, key: str = "placements") -> list[str]:
    """Codes of placements without repeats: those of `Placement` in its order, then a portal's own by code."""
    found = set(owner.codes(key))
    usual = [placement.value for placement in Placement if placement in found]
    return usual + sorted(found.difference(usual))


def read_goals(owner: Reader, key: str = "goals") -> list[dict[str, Any]]:
    """`[{metric, target}]`; the first is the main one."""
    goals, seen = [], set()
    for reader in owner.children(key, longest=len(Metric)):
        metric = reader.text("metric", required=True, choices=tuple(Metric))
        target = reader.integer("target", required=True)
        reader.close()
        if metric is not None and metric in seen:
            reader.fault("metric", "duplicate", "is named twice")
        seen.add(metric)
        goals.append({"metric": metric, "target": target})
    return goals
