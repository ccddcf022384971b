"""The quote that the simulator shows: the shop's own arithmetic, with the book of the moment and drafts put in.

From now on it is today's book, with what is left of stock, limits and budgets as it stands; for a moment past it is the
book of the versions then live, and everything counts as unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from apps.carts.bodies import QuoteBody
from apps.carts.carts import currency_faults, customer_id, line_faults
from apps.carts.decode import QUOTES, FaultyBodyError
from apps.orders.book import KEEPER, LiveBook
from apps.orders.carried import STAFF, Carried, carried, coupons_asked
from apps.orders.history import book_then
from apps.orders.inputs import Inputs, gather
from apps.orders.quoting import price_cart
from apps.orders.refusals import with_portal_faults
from apps.orders.simulator.drafts import Draft
from apps.orders.simulator.question import Question
from apps.pricing.cart import Cart, Coupon
from apps.pricing.quote import Quote


@dataclass(frozen=True, slots=True)
class Simulated:
    """The quote with the book it was priced by; `live` is today's with the same drafts, for what is still to come."""

    answer: dict[str, Any]
    quote: Quote
    moment: datetime
    now: datetime
    book: LiveBook
    live: LiveBook

    @property
    def cart(self) -> Cart:
        return self.quote.cart

    @property
    def is_past(self) -> bool:
        return self.moment < self.now

    @property
    def is_future(self) -> bool:
        return self.moment > self.now


def simulate(question: Question, drafts: Sequence[Draft]) -> Simulated:
    """Price what is asked; nothing is written. Raises FaultyBodyError."""
    body = _read(question)
    inputs = gather(
        customer=customer_id(body),
        skus={line.sku for line in body.lines},
        shop=None,
        coupons=coupons_asked(body),
        as_of=question.as_of,
    )
    faults = currency_faults(body.currency, inputs.currency) + line_faults(body, inputs.skus)
    if faults:
        raise FaultyBodyError(faults)
    moment = question.as_of or inputs.now
    today = KEEPER.at_least(inputs.version)
    live = _changed(today, question, drafts)
    book = live if moment >= inputs.now else _changed(_then(today, moment), question, drafts)
    held = _held(question, carried(body, inputs, book, STAFF, as_of=moment), book, drafts)
    quote = price_cart(body, inputs, book, held, as_of=moment).quote
    return Simulated(_answer(quote, inputs), quote, moment, inputs.now, book, live)


def _read(question: Question) -> QuoteBody:
    try:
        return QUOTES.read(orjson.dumps(question.body))
    except FaultyBodyError as error:
        raise with_portal_faults(error) from error


def _then(today: LiveBook, moment: datetime) -> LiveBook:
    """The book of a past instant in the shape of today's; nothing of it is counted."""
    then = book_then(moment)
    return replace(today, offers=then.offers, usages=then.usages, targeted=then.targeted, counted=0)


def _changed(book: LiveBook, question: Question, drafts: Sequence[Draft]) -> LiveBook:
    """With the drafts as if they were live, and without what is left out."""
    out = set(question.without)
    added = [draft.offer for draft in drafts if draft.offer is not None and draft.code not in out]
    if not added and not out:
        return book
    codes = {offer.code for offer in added}
    audiences = {code for offer in added for code in offer.targeting.audiences}
    return replace(
        book,
        offers=book.offers.with_changes(added, out, book.version),
        usages={code: usage for code, usage in book.usages.items() if code not in codes},
        targeted={**book.targeted, **dict.fromkeys(audiences, 1)},
        counted=book.counted + sum(offer.counted for offer in added),
    )


def _held(question: Question, own: Carried, book: LiveBook, drafts: Sequence[Draft]) -> Carried:
    """The customer's coupons, and one of each template that they are taken to hold; of draft templates, too."""
    wanted = [*question.coupons, *(d.code for d in drafts if d.offer is not None and d.offer.is_coupon)]
    held = {coupon.template for coupon in own.coupons}
    offers = book.offers.offers
    more = tuple(
        Coupon(f"assumed-{code}"[:64], code)
        for code in dict.fromkeys(wanted)
        if code not in held and code in offers and offers[code].is_coupon
    )
    kept = tuple(coupon for coupon in own.coupons if coupon.template in offers)
    return replace(own, coupons=(*kept, *more))


def _answer(quote: Quote, inputs: Inputs) -> dict[str, Any]:
    """Staff learn who is held out, too."""
    return {**quote.to_dict(), "book": str(inputs.version)}
