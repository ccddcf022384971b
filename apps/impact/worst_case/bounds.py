"""A price that no cart can get below, in microseconds: it spares most SKUs the search.

The cheapest unit of the item layer, then layer by layer the least that an offer can leave of it. Where offers of a
layer exclude each other on a segment the strongest counts alone, else all of them one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from apps.impact.worst_case.classes import PriceClass
from apps.impact.worst_case.market import Market
from apps.impact.worst_case.quantities import unit_prices
from apps.pricing.cart import Sku
from apps.pricing.kinds.segment_kind import SegmentKind
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer

LAYERS = (Layer.SHOP, Layer.PLATFORM, Layer.SHOP_COUPON, Layer.PLATFORM_COUPON)


class Bounds:
    """`least(one)` for the classes of a market; `classes` are all that may lie in a cart."""

    def __init__(self, market: Market, classes: Iterable[PriceClass]) -> None:
        self.market = market
        self._dearest: dict[str, int] = {}
        self._spills: set[str] = set()
        for one in classes:
            for offer in market.of(one.reach):
                self._dearest[offer.code] = max(self._dearest.get(offer.code, 0), one.sku.price)
                if one.sku.min_price:
                    self._spills.add(offer.code)
        # What the basis of an offer sums up is more than the nets it takes from: then its part may be larger.
        self._spills |= {offer.code for offer in market.offers if offer.basis_item}

    def least(self, one: PriceClass) -> int:
        """In minor units, for one unit of the class at any instant of the window, in any cart."""
        sku = one.sku
        return min(
            (self._at_once(sku, self.market.of(running)) for _, running in self.market.instants(one.reach)),
            default=sku.price,
        )

    def _at_once(self, sku: Sku, offers: Sequence[Offer]) -> int:
        terms = {
            offer.code: (self._dearest.get(offer.code, sku.price), offer.code in self._spills)
            for offer in offers
        }
        return _through_layers(sku, offers, terms)


def least_in_cart(goods: Sequence[Sku], offers: Sequence[Offer]) -> int:
    """The same for the first of these goods in a cart of nothing else, when these of the offers apply that cover it."""
    dearest, spills = max(sku.price for sku in goods), any(sku.min_price for sku in goods)
    return _through_layers(
        goods[0], offers, {offer.code: (dearest, spills or bool(offer.basis_item)) for offer in offers}
    )


def _through_layers(sku: Sku, offers: Sequence[Offer], terms: Mapping[str, tuple[int, bool]]) -> int:
    """`terms` of an offer by its code: the dearest unit beside, and whether others' part may spill over."""
    amount = min(unit_prices(sku, offers))
    for layer in LAYERS:
        here = [offer for offer in offers if offer.layer is layer]
        if not here:
            continue
        if any(offer.stacks & offer.layer_bit for offer in here):
            for offer in here:
                amount = _after(sku, amount, offer, *terms[offer.code])
        else:
            amount = min([_after(sku, amount, offer, *terms[offer.code]) for offer in here])
    return amount


def _after(sku: Sku, amount: int, offer: Offer, dearest: int, spills: bool) -> int:
    kind: SegmentKind = offer.kind  # type: ignore[assignment]
    return min(amount, max(kind.least(amount, sku.sku, dearest, spills), sku.min_price))
