"""Pricing a cart for a shop: read the body, gather what it needs, let the engine price it, answer in its shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.carts.bodies import PricesBody, QuoteBody, given
from apps.carts.carts import cart_of, currency_faults, customer_id, line_faults
from apps.carts.decode import QUOTES, FaultyBodyError
from apps.orders.book import KEEPER, LiveBook, past_book
from apps.orders.customers import customer_of
from apps.orders.inputs import Inputs, gather
from apps.orders.numbers import counted_offers, read_numbers, usages_with
from apps.orders.refusals import with_portal_faults
from apps.pricing.engine import price
from apps.pricing.faults import parse_time
from apps.pricing.quote import Quote

CheckPreview = Callable[[], None]


def quote(raw: bytes, *, shop: str | None, check_preview: CheckPreview) -> dict[str, Any]:
    """The answer to `POST /quotes`. `check_preview` raises where the caller may not choose the time."""
    try:
        body = QUOTES.read(raw)
    except FaultyBodyError as error:
        raise with_portal_faults(error) from error
    if given(body.as_of) is not None:
        check_preview()
    inputs = gather(customer=customer_id(body), skus={line.sku for line in body.lines}, shop=shop)
    faults = currency_faults(body.currency, inputs.currency) + line_faults(body, inputs.skus)
    if faults:
        raise FaultyBodyError(faults)
    return price_body(body, inputs)


def price_body(body: QuoteBody, inputs: Inputs) -> dict[str, Any]:
    as_of = moment_of(body, inputs)
    book = book_for(inputs, as_of)
    cart = cart_of(body, inputs.skus, customer_of(body, inputs, book.targeted))
    reached = book.offers.reaching(cart.lines)
    offers = counted_offers(reached, book.usages, as_of) if book.counted else []
    numbers = read_numbers(offers, cart.lines, customer_id(body), inputs.now)
    priced = price(
        cart,
        book.offers,
        as_of,
        usages=usages_with(book.usages, offers, cart.lines, numbers),
        selection=inputs.selection,
        explain=given(body.explain) or "reasons",
        reached=reached,
    )
    return answer_of(priced, book)


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
