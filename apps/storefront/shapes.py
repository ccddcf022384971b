"""How what is shown to customers looks as JSON: texts in the language asked for, nothing that is not theirs to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.coupons.models import ClaimCampaign
from apps.offers.documents.display import Teaser
from apps.offers.documents.texts import localised
from apps.offers.sentence import sentence
from apps.orders.item_prices import PriceList
from apps.orders.price_past import NO_LOWS, Lows
from apps.orders.showcase import Shown
from apps.pricing.itemprice import ItemPrice
from apps.pricing.kinds import Wording
from apps.pricing.layers import Layer

TEXTS = ("title", "badge", "rules")
NO_BUDGET = {"amount": None, "stop_below": 0}


def activity_shape(shown: Shown, *, language: str, currency: str) -> dict[str, Any]:
    """An activity as a customer may see it; before its start a hidden teaser tells no price."""
    content = shown.content
    secret = shown.coming and content["display"]["teaser"] == Teaser.HIDDEN
    prices = content["params"].get("prices")
    shape = {
        "code": content["code"],
        "kind": content["kind"],
        "layer": content["layer"],
        "name": content["name"],
        "sentence": None if secret else _sentence(shown, language, currency),
        "display": display_shape(content["display"], language),
        "starts_at": content["starts_at"],
        "ends_at": content["ends_at"],
        "status": "approved" if shown.coming else "live",
        "units_left": shown.stock.left,
    }
    if shown.stock.by_sku and content["layer"] == Layer.ITEM:
        shape["units_left_by_sku"] = {level.sku: level.left for level in shown.stock.by_sku}
    if shown.stock.left == 0:
        shape["units_waiting"] = shown.stock.held
    if prices and not secret:
        shape["prices"] = prices
    return shape


def display_shape(display: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {**display, **{name: localised(display[name], language) for name in TEXTS}}


def _sentence(shown: Shown, language: str, currency: str) -> str:
    """What it says, without what it may cost."""
    words = Wording("zh" if language.startswith("zh") else "en", currency)
    return sentence({**shown.content, "budget": NO_BUDGET}, words, ZoneInfo(settings.TIME_ZONE), shown.now)


def campaign_shape(campaign: ClaimCampaign, now: datetime) -> dict[str, Any]:
    """What can be claimed, and from when."""
    version = campaign.current
    assert version is not None
    content = version.content
    return {
        "type": "claim_campaign",
        "code": campaign.code,
        "name": content["name"],
        "items": content["items"],
        "starts_at": content["starts_at"],
        "ends_at": content["ends_at"],
        "status": "approved" if now < campaign.starts_at else "live",
    }


def prices_shape(found: PriceList, language: str) -> dict[str, Any]:
    return {
        "currency": found.currency,
        "as_of": found.as_of,
        "book": str(found.version),
        "prices": [_price_shape(price, language, found.lows) for price in found.found.prices],
        "valid_until": found.found.valid_until,
        "unknown": found.unknown,
    }


def _price_shape(price: ItemPrice, language: str, lows: Mapping[str, Lows]) -> dict[str, Any]:
    coming = price.upcoming
    week, month = lows.get(price.sku, NO_LOWS)
    return {
        "sku": price.sku,
        "list_price": price.list_price,
        "price": price.price,
        "offer": price.offer.code if price.offer else None,
        "ends_at": price.ends_at,
        "units_left": price.units_left,
        "lowest_7d": week,
        "lowest_30d": month,
        "badges": [
            {"offer": offer.code, "text": localised(offer.display.get("badge"), language) or offer.name}
            for offer in price.badges
        ],
        "upcoming": coming
        and {"offer": coming.offer.code, "starts_at": coming.starts_at, "price": coming.price},
    }
