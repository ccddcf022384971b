"""What single units cost: the prices of list and product pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.carts.bodies import PricesBody, given
from apps.carts.carts import currency_faults, customer_id
from apps.carts.decode import PRICES, FaultyBodyError
from apps.orders.customers import customer_of
from apps.orders.inputs import Inputs, gather
from apps.orders.numbers import counted_offers, read_numbers, usages_with
from apps.orders.price_past import Lows, lows_sql, read_lows
from apps.orders.quoting import CheckPreview, book_for, moment_of
from apps.orders.refusals import with_portal_faults
from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Customer
from apps.pricing.itemprice import ItemPrices, item_prices


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of the SKUs that are known, in the order asked for, and the SKUs that are not."""

    currency: str
    as_of: datetime
    version: int
    found: ItemPrices
    unknown: list[str]
    #: the lowest promotion prices of 7 and 30 days before the call, by SKU
    lows: Mapping[str, Lows]


def price_list(raw: bytes, *, shop: str | None, check_preview: CheckPreview) -> PriceList:
    """The answer to `POST /prices`. `check_preview` raises where the caller may not choose the time."""
    try:
        body = PRICES.read(raw)
    except FaultyBodyError as error:
        raise with_portal_faults(error) from error
    if given(body.as_of) is not None:
        check_preview()
    skus = list(dict.fromkeys(body.skus))
    inputs = gather(customer=customer_id(body), skus=skus, shop=shop, extra=lows_sql())
    if faults := currency_faults(body.currency, inputs.currency):
        raise FaultyBodyError(faults)
    as_of = moment_of(body, inputs)
    book = book_for(inputs, as_of)
    cart = _units(body, inputs, customer_of(body, inputs, book.targeted), skus)
    offers: OfferBook = book.offers
    counted = counted_offers(offers.reaching(cart.lines), book.usages, as_of) if book.counted else []
    numbers = read_numbers(counted, cart.lines, customer_id(body), inputs.now)
    usages = usages_with(book.usages, counted, cart.lines, numbers)
    found = item_prices(cart, offers, as_of, usages=usages, day_ends_at=day_end(as_of))
    unknown = [sku for sku in skus if sku not in inputs.skus]
    return PriceList(body.currency, as_of, book.version, found, unknown, read_lows(inputs.extra))


def day_end(moment: datetime) -> datetime:
    """When the calendar day of the portal's time zone ends."""
    zone = ZoneInfo(settings.TIME_ZONE)
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=zone).astimezone(UTC)


def _units(body: PricesBody, inputs: Inputs, customer: Customer | None, skus: list[str]) -> Cart:
    """A cart with one unit of each SKU that is known."""
    known = [inputs.skus[sku] for sku in skus if sku in inputs.skus]
    return Cart(
        currency=body.currency,
        lines=tuple(CartLine(sku.sku, sku.sku, 1, sku.price, sku) for sku in known),
        customer=customer,
        channel=given(body.channel),
        terminal=given(body.terminal),
        region=given(body.region),
    )
