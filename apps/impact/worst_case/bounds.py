"""A price that no cart can get below, in microseconds: it spares most SKUs the search.

The cheapest unit of the item layer, then layer by layer the least that an offer can leave of it. Where offers of a
layer exclude each other on a segment the strongest counts alone, else all of them one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
        """In minor units, for one unit of the class at any instant of the window."""
        sku = one.sku
        return min(
            (self._at_once(sku, self.market.of(running)) for _, running in self.market.instants(one.reach)),
            default=sku.price,
        )

    def _at_once(self, sku: Sku, offers: Sequence[Offer]) -> int:
        amount = min(unit_prices(sku, offers))
        for layer in LAYERS:
            here = [offer for offer in offers if offer.layer is layer]
            if not here:
                continue
            if any(offer.stacks & offer.layer_bit for offer in here):
                for offer in here:
                    amount = self._after(sku, amount, offer)
            else:
                amount = min([self._after(sku, amount, offer) for offer in here])
        return amount

    def _after(self, sku: Sku, amount: int, offer: Offer) -> int:
        kind: SegmentKind = offer.kind  # type: ignore[assignment]
        left = kind.least(amount, sku.sku, self._dearest.get(offer.code, amount), offer.code in self._spills)
        return min(amount, max(left, sku.min_price))
