"""Offers, carts and SKUs for tests, in as few words as the case needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Coupon, Customer, Sku
from apps.pricing.engine import price
from apps.pricing.kinds import kind_from_json
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer, Owner
from apps.pricing.scope import Scope, ScopeMode, SkuSet

NOW = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sku(code: str, price: int = 10_000, **facts: Any) -> Sku:
    return Sku(code, price=price, **{"shop": "S1", **facts})


def cart_of(*lines: tuple[Sku, int], **facts: Any) -> Cart:
    """Lines are (SKU, units)."""
    rows = tuple(
        CartLine(str(number), one.sku, units, one.price, one) for number, (one, units) in enumerate(lines, 1)
    )
    return Cart("CNY", rows, **{"customer": Customer("c1"), **facts})


def including(*skus: str, **lists: frozenset[str]) -> Scope:
    return Scope(ScopeMode.INCLUDE, SkuSet(skus=frozenset(skus), **lists))


def activity(code: str, layer: Layer, kind: str, params: dict[str, Any], **said: Any) -> Offer:
    return Offer(code, code, kind_from_json(kind, params), layer, **said)


def item_offer(code: str, off: int, **said: Any) -> Offer:
    return activity(code, Layer.ITEM, "direct_reduction", {"value": off}, **said)


def amount_off(code: str, at: int, off: int, layer: Layer = Layer.PLATFORM, **said: Any) -> Offer:
    tiers = [{"at": at, "benefit": {"amount_off": off}}]
    return activity(code, layer, "threshold", {"metric": "amount", "tiers": tiers}, **said)


def coupon(code: str, at: int, off: int, **said: Any) -> Offer:
    return amount_off(code, at, off, Layer.PLATFORM_COUPON, owner=Owner.TEMPLATE, **said)


def held(*offers: Offer) -> list[Coupon]:
    return [Coupon(f"held-{offer.code}", offer.code) for offer in offers if offer.is_coupon]


def quote_of(cart: Cart, *offers: Offer, as_of: datetime = NOW, **more: Any):
    return price(cart, OfferBook.build(offers), as_of, **{"wallet": held(*offers), **more})
