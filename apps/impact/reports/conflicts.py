"""Other offers of the same layer that run at the same time over the same goods, and which of two the engine takes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from apps.impact.reports.scene import Scene
from apps.impact.worst_case import PriceClass
from apps.impact.worst_case.profiles import profiles
from apps.impact.worst_case.quantities import worth_trying
from apps.pricing.book import OfferBook
from apps.pricing.candidate import compatible
from apps.pricing.cart import Cart, CartLine
from apps.pricing.engine import price
from apps.pricing.offer import Offer

MOST = 20
#: units tried until one of the two applies
MOST_UNITS = 6


def conflicts(scene: Scene) -> list[dict[str, Any]]:
    """Those that share most SKUs first. `winner`: a code, `both` where they share the sample, or nothing."""
    offer = scene.offer
    rivals = {other.code: other for other in scene.market.offers if _rivals(offer, other)}
    shared: Counter[str] = Counter()
    samples: dict[str, PriceClass] = {}
    for one in scene.classes:
        for other in scene.market.of(one.reach):
            if other.code in rivals:
                shared[other.code] += len(one.skus)
                samples.setdefault(other.code, one)
    together = _together(scene)
    found: list[dict[str, Any]] = []
    for code, count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if scene.market.bits[code] & together and len(found) < MOST:
            found.append(_conflict(scene, rivals[code], samples[code], count))
    return found


def _rivals(offer: Offer, other: Offer) -> bool:
    if other.code == offer.code or other.layer is not offer.layer:
        return False
    # Two offers of the item layer never share a unit, whatever they say.
    return not compatible(offer, other) or offer.layer.value == "item"


def _together(scene: Scene) -> int:
    """The bits of all that run at some instant at which the document's offer runs."""
    bit = scene.market.bits.get(scene.offer.code, 0)
    found = 0
    for _moment, running in scene.market.moments:
        if running & bit:
            found |= running
    return found


def _conflict(scene: Scene, other: Offer, one: PriceClass, count: int) -> dict[str, Any]:
    winner = _winner(scene, other, one)
    return {
        "offer": other.code,
        "name": other.name,
        "skus": count,
        "sample": one.sku.sku,
        "winner": winner,
        "mutex": offer_mutex(scene.offer, other),
    }


def offer_mutex(one: Offer, other: Offer) -> str:
    return one.mutex if one.mutex is not None and one.mutex == other.mutex else ""


def _winner(scene: Scene, other: Offer, one: PriceClass) -> str:
    """The code of the one that the engine uses for the sample where both could, `both`, or nothing."""
    pair = [scene.offer, other]
    bits = scene.market.bits[scene.offer.code] | scene.market.bits[other.code]
    moment = next((m for m, running in scene.market.moments if running & bits == bits), scene.starts)
    book, wallet = OfferBook.build(pair), scene.market.wallet(bits)
    sku = one.sku
    for profile in profiles(pair):
        for units in worth_trying(sku, pair, 1)[:MOST_UNITS]:
            cart = profile.dress(
                Cart(scene.market.currency, (CartLine("1", sku.sku, units, sku.price, sku),))
            )
            used = {
                entry.offer.code for entry in price(cart, book, moment, wallet=wallet, explain="none").used
            }
            if used:
                return "both" if len(used) > 1 else used.pop()
    return ""
