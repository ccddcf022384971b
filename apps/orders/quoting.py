"""Pricing a cart for a shop: read the body, gather what it needs, let the engine price it, answer in its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.carts.bodies import CartBody, PricesBody, QuoteBody, given
from apps.carts.carts import cart_of, currency_faults, customer_id, line_faults
from apps.carts.decode import QUOTES, FaultyBodyError
from apps.orders.book import KEEPER, LiveBook, past_book
from apps.orders.carried import Asker, Carried, carried, coupons_asked
from apps.orders.customers import customer_of
from apps.orders.inputs import Inputs, gather
from apps.orders.numbers import Numbers, counted_offers, read_numbers, usages_with
from apps.orders.overdue import OverdueHoldsError, in_the_way, release_overdue
from apps.orders.refusals import with_portal_faults
from apps.pricing.cart import Cart
from apps.pricing.engine import price
from apps.pricing.faults import parse_time
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote
from apps.pricing.usage import Usage

CheckPreview = Callable[[], None]


def quote(raw: bytes, *, asker: Asker, check_preview: CheckPreview) -> dict[str, Any]:
    """The answer to `POST /quotes`. `check_preview` raises where the caller may not choose the time."""
    try:
        body = QUOTES.read(raw)
    except FaultyBodyError as error:
        raise with_portal_faults(error) from error
    if given(body.as_of) is not None:
        check_preview()
    try:
        return _quote(body, asker, overdue_first=True)
    except OverdueHoldsError:
        release_overdue()
    return _quote(body, asker)


def _quote(body: QuoteBody, asker: Asker, *, overdue_first: bool = False) -> dict[str, Any]:
    """With `overdue_first` it stops where holds that are over stand in the way."""
    inputs = gather(
        customer=customer_id(body),
        skus={line.sku for line in body.lines},
        shop=asker.shop,
        coupons=coupons_asked(body),
        as_of=parse_time(given(body.as_of)),
    )
    faults = currency_faults(body.currency, inputs.currency) + line_faults(body, inputs.skus)
    if faults:
        raise FaultyBodyError(faults)
    as_of = moment_of(body, inputs)
    book = book_for(inputs, as_of)
    coupons = carried(body, inputs, book, asker, as_of=as_of)
    priced = price_cart(body, inputs, book, coupons, as_of=as_of)
    if overdue_first and in_the_way(inputs, coupons, priced.numbers, priced.quote):
        raise OverdueHoldsError
    return answer_of(priced.quote, book)


@dataclass(frozen=True, slots=True)
class PricedCart:
    """One pricing of a cart, and the numbers it was priced from."""

    quote: Quote
    numbers: Numbers
    usages: Mapping[str, Usage]


def price_cart(
    body: CartBody,
    inputs: Inputs,
    book: LiveBook,
    coupons: Carried,
    *,
    as_of: datetime,
    ordering: bool = False,
    before_numbers: Callable[[list[Offer], Cart], None] | None = None,
) -> PricedCart:
    """The cart by the book at an instant, with what is left of its offers. An order's customer is new as it is stored.

    `before_numbers` may lock what the offers that count count against, before it is read.
    """
    cart = cart_of(body, inputs.skus, customer_of(body, inputs, book.targeted, binding=ordering))
    reached = book.offers.reaching(cart.lines)
    offers = _counted(book, reached, coupons, as_of)
    if before_numbers is not None:
        before_numbers(offers, cart)
    claimed = {code.template for code in coupons.codes.values()} if ordering else ()
    numbers = read_numbers(offers, cart.lines, customer_id(body), inputs.now, claimed)
    usages = usages_with(book.usages, offers, cart.lines, numbers)
    quote = price(
        cart,
        book.offers,
        as_of,
        usages=usages,
        wallet=coupons.coupons,
        selection=inputs.selection,
        explain=given(body.explain) or "reasons",
        reached=reached,
    )
    return PricedCart(quote, numbers, usages)


def _counted(book: LiveBook, reached: Iterable[Offer], coupons: Carried, as_of: datetime) -> list[Offer]:
    """The offers near the cart whose numbers matter, those of its coupons too."""
    if not book.counted:
        return []
    templates = {coupon.template for coupon in coupons.coupons}
    of_coupons = [book.offers.offers[code] for code in templates if code in book.offers.offers]
    return counted_offers([*reached, *of_coupons], book.usages, as_of)


def answer_of(priced: Quote, book: LiveBook) -> dict[str, Any]:
    """The quote as a shop may see it."""
    answer = priced.to_dict()
    for entry in answer["not_applied"]:
        hide_holdout(entry)
    answer["book"] = str(book.version)
    return answer


def moment_of(body: QuoteBody | PricesBody, inputs: Inputs) -> datetime:
    """The instant to price at: the one asked for, else the database's clock."""
    return parse_time(given(body.as_of)) or inputs.now


def book_for(inputs: Inputs, as_of: datetime) -> LiveBook:
    """The book that covers an instant, no older than what the first statement saw."""
    book = KEEPER.at_least(inputs.version)
    return book if as_of >= book.since else past_book(book, as_of)


def hide_holdout(entry: dict[str, Any]) -> None:
    """Only staff may learn that a customer is held out; a shop sees that they are not in the audience."""
    if entry["reason"] == "holdout":
        for name in entry.keys() - {"offer", "coupon"}:
            del entry[name]
        entry["reason"] = "audience"
