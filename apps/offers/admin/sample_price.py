"""到手价: what a draft makes of the price of a sample SKU, by the same engine that prices carts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.catalog.selectors import sku_facts
from apps.core.currency import current
from apps.offers.compile import compile_activity, compile_template, instant
from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Coupon, Customer, Sku
from apps.pricing.engine import price
from apps.pricing.offer import Offer

Json = Mapping[str, Any]
QUANTITIES = (1, 2, 3, 5, 10, 20, 50)
MOST_SKUS = 8
SHIPPING_FEE = 1_000
COMPILERS: Mapping[str, Callable[[Json], Offer]] = {
    "activity": compile_activity,
    "template": compile_template,
}


@dataclass(frozen=True)
class SamplePrice:
    """So many units of `skus` cost `net` instead of `list_amount` (minor units); shipping where that is reduced."""

    skus: tuple[str, ...]
    units: int
    list_amount: int
    net: int
    #: of one unit of the first SKU; what the cart pays for shipping, where that is reduced
    unit_list: int
    fee: int

    @property
    def saved(self) -> int:
        return self.list_amount - self.net


@dataclass(frozen=True)
class Sampler:
    """Prices carts with one draft and nothing else, for a customer whom it is for."""

    offer: Offer
    as_of: datetime
    facts: Mapping[str, Sku]

    def of(self, code: str) -> SamplePrice | None:
        """The fewest units of one SKU with which the draft does something."""
        return self._first([code])

    def together(self) -> SamplePrice | None:
        """The same for the SKUs that the draft names, in one cart."""
        named = sorted(self.offer.kind.skus())[:MOST_SKUS]
        others = [code for code in self.facts if code not in named][:1]
        return self._first([code for code in [*named, *others] if code in self.facts])

    def _first(self, codes: Sequence[str]) -> SamplePrice | None:
        for cart in self._carts([code for code in codes if code in self.facts]):
            quote = price(
                cart, OfferBook.build([self.offer]), self.as_of, wallet=self._wallet(), explain="none"
            )
            if quote.saved or quote.rewards:
                units = sum(line.quantity for line in cart.lines)
                fee = cart.shipping_fee if quote.shipping_discount else 0
                left = quote.payable_total - cart.shipping_fee + fee
                first = self.facts[codes[0]].price
                return SamplePrice(tuple(codes), units, quote.list_total + fee, left, first, fee)
        return None

    def _carts(self, codes: Sequence[str]) -> Iterator[Cart]:
        targeting = self.offer.targeting
        customer = Customer(
            id="sample",
            member_level=min(targeting.member_levels, default=None),
            new=targeting.new_customers_only,
            audiences=targeting.audiences,
        )
        for quantity in QUANTITIES if codes else ():
            lines = tuple(
                CartLine(code, code, quantity, self.facts[code].price, self.facts[code]) for code in codes
            )
            yield Cart(
                currency=current(),
                lines=lines,
                customer=customer,
                channel=min(targeting.channels, default=None),
                terminal=min(targeting.terminals, default=None),
                region=min(targeting.regions, default=None),
                shipping_fee=SHIPPING_FEE,
            )

    def _wallet(self) -> list[Coupon]:
        return [Coupon("sample", self.offer.code)] if self.offer.is_coupon else []


def sampler(document: str, content: Json, codes: Sequence[str]) -> Sampler | None:
    """Ready to price the SKUs `codes` with a faultless document; None for what owns no offer."""
    compiler = COMPILERS.get(document)
    if compiler is None:
        return None
    whole = {**content, "holdout_bps": 0}
    offer = compiler(whole)
    named = [*codes, *sorted(offer.kind.skus())[:MOST_SKUS]]
    return Sampler(offer, _moment(offer, content), sku_facts(named))


def _moment(offer: Offer, content: Json) -> datetime:
    """An instant at which it runs: its start, or that of its first session."""
    starts = offer.starts_at or instant(content.get("starts_at")) or datetime.now(UTC)
    if offer.schedule is None or offer.schedule.covers(starts):
        return starts
    return offer.schedule.next_start(starts - timedelta(seconds=1)) or starts
