"""An order's cart, priced by the clock from fresh numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.carts.bodies import OrderBody
from apps.carts.carts import currency_faults, customer_id, line_faults
from apps.carts.decode import FaultyBodyError
from apps.coupons.services.redeeming import lock_wallet
from apps.orders.book import KEEPER, LiveBook
from apps.orders.carried import Asker, Carried, carried, coupons_asked
from apps.orders.errors import ORDER_EXISTS, OrderRefused
from apps.orders.inputs import Inputs, gather
from apps.orders.locking import lock_numbers
from apps.orders.numbers import Numbers
from apps.orders.quoting import answer_of, price_cart
from apps.pricing.cart import Cart
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote
from apps.pricing.usage import Usage


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
