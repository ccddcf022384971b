"""The worst price of a draft beside its editor: one SKU alone, all else that runs or will run in its window.

Small enough for every keystroke: only the offers that reach the SKU make the market. Carts of several SKUs are searched
when it is submitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.catalog.selectors import portal, sku_facts
from apps.core.clock import database_now
from apps.impact.loading import market_of
from apps.impact.reports.scene import EXTENT, window_of, with_document
from apps.impact.worst_case import Finder, PriceClass
from apps.offers.admin.sample_price import COMPILERS
from apps.offers.foresight import Foreseen
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.pricing.book import OfferBook, lines_covered
from apps.pricing.cart import CartLine, Sku
from apps.pricing.offer import Offer


def foresee(document: Mapping[str, Any], sku: str) -> Foreseen | None:
    """None for what prices nothing, and for a SKU that it does not make cheaper."""
    compiler = COMPILERS["template" if "validity" in document else "activity"]
    facts = sku_facts([sku]).get(sku)
    if facts is None or facts.price <= 0 or "kind" not in document:
        return None
    offer = replace(compiler(document), holdout_bps=0)
    live = with_document(KEEPER.at_least(book_version()), offer, document)
    near = replace(live, offers=OfferBook.build(_reaching(live.offers, facts), live.version))
    starts, ends = window_of(document, database_now())
    market = market_of(near, starts, ends, portal().currency)
    reach = market.reach(facts)
    if not reach & market.bits.get(offer.code, 0):
        return None
    worst = Finder(market, (), EXTENT, through=offer.code).alone(PriceClass(reach, [facts]))
    if worst is None:
        return None
    return Foreseen(worst.price, tuple(share.name or share.offer for share in worst.stack))


def _reaching(book: OfferBook, sku: Sku) -> list[Offer]:
    """Activities and templates whose scope has the SKU; the market asks what it is excluded from."""
    lines = (CartLine("1", sku.sku, 1, sku.price, sku),)
    activities = [offer for offer, mask in book.reaching(lines).items() if mask]
    templates = [one for one in book.offers.values() if one.is_coupon and lines_covered(one, lines)]
    return activities + templates
