"""Small carts priced by the engine without and with what a request asks for, for whoever decides it.

The numbers of limited offers are left out: nothing of them is used up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Risk
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.core.currency import current, money
from apps.offers.admin.preview import skus_reached
from apps.offers.admin.sample_price import COMPILERS, SHIPPING_FEE, sampler
from apps.offers.selectors import book_version
from apps.offers.versions.known import models
from apps.orders.book import KEEPER
from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Coupon, Customer
from apps.pricing.engine import price
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote

ADDS = frozenset({"publish", "resume", "lift_stop"})
TAKES = frozenset({"revoke"})
PLAIN, TIGHT = 3, 2
BELOW_FLOOR = "below_floor"


@dataclass(frozen=True)
class SampleCart:
    """Units of one SKU: what they cost without and with it, in minor units, and the offers that do it, by name."""

    name: str
    units: int
    list_amount: int
    before: int
    after: int
    floor: int | None
    offers: tuple[str, ...]
    #: what is asked has a part in the price
    mine: bool = True

    @property
    def is_below_floor(self) -> bool:
        return self.floor is not None and self.after < self.floor * self.units

    @property
    def unit_price(self) -> int:
        return self.after // self.units


def sample_carts(request: ApprovalRequest) -> list[SampleCart]:
    """Carts that feel what is asked; none for requests about no offer."""
    document, _dot, verb = request.action.partition(".")
    model = next((model for model in models() if document == model.DOCUMENT), None)
    if model is None or document not in COMPILERS or verb not in ADDS | TAKES:
        return []
    versions: Any = model.VERSION._default_manager
    content = versions.get(subject__code=request.subject_code, number=request.version).content
    offer = COMPILERS[document]({**content, "holdout_bps": 0})
    running = KEEPER.at_least(book_version()).offers
    with_it = running.with_changes([offer], set(), running.version)
    without = running if verb in ADDS else running.with_changes([], {offer.code}, running.version)
    skus = _skus(content)
    samples = sampler(document, content, [sku.code for sku in skus])
    if samples is None:
        return []
    moment = max(samples.as_of, database_now())
    found = []
    for sku in skus:
        sample = samples.of(sku.code)
        if sample is None:
            continue
        cart = _cart(offer, CartLine("1", sku.code, sample.units, sku.price_amount, samples.facts[sku.code]))
        books = (without, with_it) if verb in ADDS else (with_it, without)
        found.append(_priced(sku, cart, offer, books, moment))
    return found


def below_floor(request: ApprovalRequest) -> Sequence[Risk]:
    """The risk that a sample shows before anybody has searched the whole scope."""
    if not request.action.endswith(".publish"):
        return []
    low = [cart for cart in sample_carts(request) if cart.is_below_floor and cart.mine]
    if not low:
        return []
    worst = min(low, key=lambda cart: cart.unit_price - (cart.floor or 0))
    text = ngettext(
        "%(count)s SKU of the sample falls below its floor price: %(name)s costs %(price)s, its floor is %(floor)s",
        "%(count)s SKUs of the sample fall below their floor price: %(name)s costs %(price)s, its floor is %(floor)s",
        len(low),
    ) % {
        "count": len(low),
        "name": worst.name,
        "price": money(worst.unit_price),
        "floor": money(worst.floor or 0),
    }
    return [Risk(BELOW_FLOOR, text, _("I know that it is below the floor price"), worst.offers)]


def _skus(content: Mapping[str, Any]) -> list[Sku]:
    """The first of the scope, and those with the least room above their floor."""
    reached = skus_reached(content, faultless=True).filter(price_amount__gt=0)
    tight = reached.exclude(floor_price_amount=None).order_by(
        (F("floor_price_amount") * 1_000 / F("price_amount")).desc(), "code"
    )
    rows = {sku.code: sku for sku in [*reached.order_by("code")[:PLAIN], *tight[:TIGHT]]}
    return list(rows.values())


def _cart(offer: Offer, line: CartLine) -> Cart:
    """A cart of somebody for whom the offer is."""
    targeting = offer.targeting
    customer = Customer(
        id="sample",
        member_level=min(targeting.member_levels, default=None),
        new=targeting.new_customers_only,
        audiences=targeting.audiences,
    )
    return Cart(
        currency=current(),
        lines=(line,),
        customer=customer,
        channel=min(targeting.channels, default=None),
        terminal=min(targeting.terminals, default=None),
        region=min(targeting.regions, default=None),
        shipping_fee=SHIPPING_FEE if offer.layer is Layer.SHIPPING else 0,
    )


def _priced(
    sku: Sku, cart: Cart, offer: Offer, books: tuple[OfferBook, OfferBook], moment: datetime
) -> SampleCart:
    wallet = [Coupon("sample", offer.code)] if offer.is_coupon else []
    before, after = (
        _quote(cart, book, moment, wallet if offer.code in book.offers else []) for book in books
    )
    return SampleCart(
        name=sku.name or sku.code,
        units=cart.lines[0].quantity,
        list_amount=after.list_total + cart.shipping_fee,
        before=before.payable_total,
        after=after.payable_total,
        floor=sku.floor_price_amount,
        offers=tuple(used.offer.name or used.offer.code for used in after.used),
        mine=any(used.offer.code == offer.code for used in after.used),
    )


def _quote(cart: Cart, book: OfferBook, moment: datetime, wallet: list[Coupon]) -> Quote:
    return price(cart, book, moment, wallet=wallet, explain="none")
