"""Placing an order: priced from fresh numbers without locks, then guarded writes decide; at the third time under lock.

What stock, limit or budget refused meanwhile is priced anew without it. Nothing is kept of a refused attempt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from apps.audiences.services.customers import ensure_customer
from apps.carts.bodies import OrderBody, given
from apps.carts.carts import currency_faults, customer_id, line_faults
from apps.carts.decode import ORDERS, FaultyBodyError
from apps.core.errors import BusyError
from apps.core.locks import lock_number
from apps.core.marks import hashed
from apps.core.prepared import send, together
from apps.coupons.services import rewards
from apps.coupons.services.redeeming import CouponTakenError, lock_wallet
from apps.coupons.services.rewards import NothingLeftError
from apps.orders import buckets, entries, risk
from apps.orders.answers import order_answer
from apps.orders.book import KEEPER, LiveBook
from apps.orders.carried import Asker, Carried, carried, coupons_asked
from apps.orders.chosen import Chosen, rewards_of
from apps.orders.crash import crash_point
from apps.orders.demand import Applied, applied_in, counters_taken, limits_taken
from apps.orders.errors import ORDER_EXISTS, PRICE_CHANGED, OrderRefused
from apps.orders.guards import take_counters, use_limits
from apps.orders.inputs import Inputs, gather
from apps.orders.lifecycle import OrderState
from apps.orders.locking import lock_numbers
from apps.orders.numbers import Numbers
from apps.orders.quoting import answer_of, price_cart
from apps.orders.record import as_json, insert_order
from apps.orders.refusals import with_portal_faults
from apps.orders.terms import Terms, terms_of
from apps.pricing.cart import Cart
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote
from apps.pricing.usage import Usage

ATTEMPTS = 3
# The savepoint before the first attempt; it is never released: the transaction's end does that.
NOTHING_DONE = "nothing_done"


class StalePriceError(Exception):
    """An offer that applied has changed since it was priced."""


@dataclass(frozen=True, slots=True)
class Priced:
    """One pricing of the cart, and what it was priced from."""

    inputs: Inputs
    book: LiveBook
    carried: Carried
    numbers: Numbers
    usages: Mapping[str, Usage]
    quote: Quote
    answer: dict[str, Any]


def place_order(raw: bytes, *, client: int, shop: str | None) -> dict[str, Any]:
    """Hold a cart at its price; the answer to `POST /orders`. Call it inside a transaction.

    Errors: FaultyBodyError; OrderRefused order_exists, price_changed; Refused denied_by_risk; BusyError.
    """
    body = read_body(raw)
    asker = Asker(client, shop)
    _begin(body.order, customer_id(body))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _attempt(body, asker, under_lock=attempt == ATTEMPTS)
        except (buckets.NotEnough, StalePriceError, CouponTakenError, NothingLeftError):
            send(f"ROLLBACK TO SAVEPOINT {NOTHING_DONE}")
    raise BusyError


def read_body(raw: bytes) -> OrderBody:
    try:
        return ORDERS.read(raw)
    except FaultyBodyError as error:
        raise with_portal_faults(error) from error


def _begin(order: str, customer: str | None) -> None:
    """One at a time for an order id, and for a customer: what they have ordered is then known."""
    with together():
        lock_names(order, customer)
        send(f"SAVEPOINT {NOTHING_DONE}")


def lock_names(order: str, customer: str | None) -> None:
    """Advisory locks until the transaction ends: the order's, then the customer's."""
    numbers = [lock_number("order", order)]
    if customer is not None:
        numbers.append(lock_number("customer", customer))
    send(f"SELECT {', '.join(['pg_advisory_xact_lock(%s)'] * len(numbers))}", numbers)


def _attempt(body: OrderBody, asker: Asker, *, under_lock: bool) -> dict[str, Any]:
    if under_lock:
        risk.lock_marks(body)
    priced = price_order(body, asker, under_lock=under_lock)
    expected = given(body.expected_payable)
    if expected is not None and expected != priced.quote.payable_total:
        raise OrderRefused(
            PRICE_CHANGED, _("The price is another one by now."), members={"quote": priced.answer}
        )
    crash_point("priced")
    applied = applied_in(priced.quote)
    terms = terms_of([one.offer for one in applied], priced.book.version)
    if terms is None:
        raise StalePriceError
    risk.admit_order(body, priced.quote)
    customer = customer_id(body)
    if customer is not None and priced.inputs.customer is None:
        ensure_customer(customer)
    coupons = Chosen.of(priced.quote, priced.carried)
    coupons.hold_own(body.order, customer)
    crash_point("coupons")
    taken = counters_taken(applied, priced.usages, priced.numbers.spans)
    buckets.ensure(taken, priced.numbers)
    limits = use_limits(customer, limits_taken(applied, priced.numbers.spans))
    crash_point("limits")
    coupons.claim_presented(body.order, customer, asker.shop, priced.numbers.templates)
    promised = rewards.promise(
        order=body.order,
        customer=customer or "",
        rewards=rewards_of(priced.quote),
        templates=priced.numbers.templates,
        now=priced.inputs.now,
    )
    crash_point("promised")
    buckets.settle_totals(taken, priced.numbers)
    draws = buckets.plan(taken, priced.numbers)
    held_until = priced.inputs.now + timedelta(minutes=settings.HOLD_MINUTES)
    crash_point("planned")
    answer = coupons.named(priced.answer)
    _write(
        {
            **_sums(priced, body, asker, held_until),
            **_details(priced, applied, terms),
            "request": as_json(coupons.kept(_request(body))),
            "quote": as_json(coupons.kept(answer)),
            "promised": as_json(promised),
            "counters": [draw.counter for draw in draws],
            "amounts": [draw.amount for draw in draws],
            "limits": [use for use, _one in limits],
            "limit_units": [one.units for _use, one in limits],
            "limit_orders": [one.orders for _use, one in limits],
        },
        draws,
    )
    crash_point("taken")
    return order_answer(answer, code=body.order, state=OrderState.HELD.value, held_until=held_until)


def _write(order: dict[str, Any], draws: Sequence[buckets.DrawOn]) -> None:
    """The order, then the counters: both go out at once. Raises StalePriceError, NotEnough."""
    with together():
        placed = insert_order(order)
        took = take_counters(draws) if draws else None
    if placed.rowcount != 1:
        raise StalePriceError
    if took is not None and took.rowcount != len(draws):
        raise buckets.NotEnough("counter")


def price_order(body: OrderBody, asker: Asker, *, under_lock: bool = False) -> Priced:
    """The cart priced by the clock, with wallet and numbers as they stand; raises FaultyBodyError, order_exists."""
    customer = customer_id(body)
    if under_lock and customer is not None:
        lock_wallet(customer)
    inputs = gather(
        customer=customer,
        skus={line.sku for line in body.lines},
        shop=asker.shop,
        coupons=coupons_asked(body),
        order=body.order,
    )
    if inputs.order_exists:
        raise OrderRefused(ORDER_EXISTS, _("There is an order with this id."))
    faults = currency_faults(body.currency, inputs.currency) + line_faults(body, inputs.skus)
    if faults:
        raise FaultyBodyError(faults)
    book = KEEPER.at_least(inputs.version)
    coupons = carried(body, inputs, book, asker, as_of=inputs.now, ordering=True)

    def lock(offers: list[Offer], cart: Cart) -> None:
        lock_numbers(offers, cart.lines, customer, inputs.now)

    found = price_cart(
        body,
        inputs,
        book,
        coupons,
        as_of=inputs.now,
        ordering=True,
        before_numbers=lock if under_lock else None,
    )
    answer = answer_of(found.quote, book)
    return Priced(inputs, book, coupons, found.numbers, found.usages, found.quote, answer)


def _sums(priced: Priced, body: OrderBody, asker: Asker, held_until: datetime) -> dict[str, Any]:
    quote = priced.quote
    return {
        "code": body.order,
        "client": asker.client,
        "shop": asker.shop or "",
        "customer": customer_id(body) or "",
        "currency": body.currency,
        "list": quote.list_total,
        "discount": quote.discount_total,
        "fee": quote.cart.shipping_fee,
        "fee_discount": quote.shipping_discount,
        "payable": quote.payable_total,
        "as_of": priced.inputs.now,
        "book": priced.book.version,
        "held_until": held_until,
    }


def _details(priced: Priced, applied: list[Applied], terms: Mapping[str, Terms]) -> dict[str, Any]:
    quote = priced.quote
    offers = [one.offer.code for one in applied]
    return {
        "rewards": as_json(entries.reward_rows(quote)),
        "segments": as_json(entries.segment_rows(quote)),
        "uses": as_json(entries.use_rows(applied, terms)),
        "entries": as_json(entries.hold_entries(quote, applied, terms)),
        "event": as_json({"payable_total": quote.payable_total, "offers": offers}),
        "offers": offers,
    }


def _request(body: OrderBody) -> dict[str, Any]:
    """What was asked, with the risk marks hashed."""
    asked = msgspec.to_builtins(body)
    if given(body.risk) is not None:
        asked["risk"] = hashed(asked["risk"])
    return asked
