"""From a body that was read to the cart that is priced, once somebody has looked up what its names mean."""

from __future__ import annotations

from collections.abc import Mapping

from apps.carts.bodies import CartBody, CustomerBody, PricesBody, given
from apps.pricing.cart import AUTO, Cart, CartLine, Customer, Sku
from apps.pricing.faults import Fault

Asking = CartBody | PricesBody
UNKNOWN_SKU = ("unknown_sku", "is not in the catalogue and has no unit price")


def customer_id(body: Asking) -> str | None:
    """The id of the customer who asks, if there is one with an id."""
    customer = given(body.customer)
    if isinstance(customer, CustomerBody):
        return given(customer.id)
    return customer if isinstance(customer, str) else None


def said_of_customer(body: Asking) -> CustomerBody:
    """What the cart itself says of its customer; nothing where it only names one, or none."""
    customer = given(body.customer)
    return customer if isinstance(customer, CustomerBody) else CustomerBody()


def currency_faults(currency: str | None, portal: str) -> list[Fault]:
    if currency is None or currency == portal:
        return []
    return [Fault("currency", "currency_mismatch", "must be %(currency)s", {"currency": portal})]


def line_faults(body: CartBody, skus: Mapping[str, Sku]) -> list[Fault]:
    """Lines that name a SKU which the catalogue does not know without saying what it costs."""
    return [
        Fault(f"lines[{index}].sku", *UNKNOWN_SKU)
        for index, line in enumerate(body.lines)
        if line.sku not in skus and given(line.unit_price) is None
    ]


def cart_of(body: CartBody, skus: Mapping[str, Sku], customer: Customer | None) -> Cart:
    """The cart; every line without a price must be of a known SKU (see `line_faults`)."""
    lines = []
    for line in body.lines:
        facts = skus.get(line.sku)
        price = line.unit_price
        if not isinstance(price, int):
            price = facts.price if facts is not None else 0
        lines.append(CartLine(line.line, line.sku, line.quantity, price, facts))
    coupons = given(body.coupons)
    return Cart(
        currency=body.currency,
        lines=tuple(lines),
        customer=customer,
        channel=given(body.channel),
        terminal=given(body.terminal),
        region=given(body.region),
        shipping_fee=given(body.shipping_fee) or 0,
        coupons=AUTO if coupons is None or coupons == AUTO else tuple(coupons),
        prefer=tuple(given(body.prefer) or ()),
    )
