"""An order's cart priced anew at any past instant, with the versions then live. Nothing is written.

Lines, list prices, channel and coupons are the order's own. Level and audiences of the customer are those known today;
whether they were new is judged by what they had ordered here by then. Stock, limits and budgets
count as unused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from apps.carts.bodies import OrderBody, given
from apps.carts.carts import cart_of, customer_id, said_of_customer
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.orders.customers import customer_of
from apps.orders.history import PastBook, book_then
from apps.orders.inputs import Inputs, gather
from apps.orders.models import Order
from apps.orders.reversal import paid_segment
from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Coupon
from apps.pricing.engine import price

NO_OFFERS = OfferBook.build(())


@dataclass(frozen=True, slots=True)
class Change:
    """One offer's discount on the order as placed and as repriced, with their versions (None: not used)."""

    offer: str
    paid: int
    now: int
    paid_version: int | None
    version: int | None

    @property
    def more(self) -> int:
        """How much more it takes off than it did."""
        return self.now - self.paid


@dataclass(frozen=True, slots=True)
class Repriced:
    """The quote at `moment`; `difference` is what it costs more than the order did (negative: less)."""

    moment: datetime
    answer: Mapping[str, Any]
    changes: tuple[Change, ...]
    difference: int


def reprice(order: Order, moment: datetime) -> Repriced:
    """Price the order's cart at `moment`. Errors: future."""
    if moment > database_now():
        raise DomainError("future", _("That moment has not come yet."), "as_of")
    body = _body(order)
    skus = {line.sku for line in body.lines}
    inputs = gather(customer=customer_id(body), skus=skus, shop=order.shop_code or None)
    book = book_then(moment)
    quote = price(
        _cart(order, body, inputs, book),
        book.offers,
        moment,
        usages=book.usages,
        wallet=_coupons(order),
        selection=inputs.selection,
    )
    answer = quote.to_dict()
    return Repriced(
        moment, answer, _changes(order, answer, book), answer["payable_total"] - order.payable_amount
    )


@dataclass(frozen=True, slots=True)
class LineToday:
    """The units of a line that are not back: what they were paid with, what they cost today, what can be given back."""

    line: str
    sku: str
    units: int
    paid: int
    today: int
    back: int


@dataclass(frozen=True, slots=True)
class PriceToday:
    """`difference` is what the customer would pay less today for what they have kept; 0 where it is no cheaper."""

    moment: datetime
    answer: Mapping[str, Any]
    lines: tuple[LineToday, ...]

    @property
    def difference(self) -> int:
        return sum(line.back for line in self.lines)

    @property
    def adjust(self) -> list[dict[str, Any]]:
        """The adjustments of a refund that gives the difference back."""
        return [{"line": line.line, "amount": line.back} for line in self.lines if line.back]


def price_today(order: Order) -> PriceToday | None:
    """What the order's goods that are not back cost now, at today's list prices; None where all of it is back.

    A line that became cheaper gives back its difference, all lines together no more than the whole became cheaper.
    """
    kept = _kept(order)
    if not kept:
        return None
    moment = database_now()
    body = _body(order)
    inputs = gather(
        customer=customer_id(body), skus={line.sku for line in body.lines}, shop=order.shop_code or None
    )
    book = book_then(moment)
    cart = _cart(order, body, inputs, book)
    lines = tuple(_today(line, kept[line.line][0], body, inputs) for line in cart.lines if line.line in kept)
    quote = price(
        replace(cart, lines=lines),
        book.offers,
        moment,
        usages=book.usages,
        wallet=_coupons(order),
        selection=inputs.selection,
    )
    answer = quote.to_dict()
    nets = {line["line"]: line["net_amount"] for line in answer["lines"]}
    return PriceToday(moment, answer, tuple(_differences(lines, kept, nets)))


def _kept(order: Order) -> dict[str, tuple[int, int]]:
    """By line the units not returned and the money still on them, adjustments taken off."""
    kept: dict[str, tuple[int, int]] = {}
    for row in order.segments.order_by("line_number", "number"):
        units, paid = kept.get(row.line, (0, 0))
        kept[row.line] = units + row.units - row.returned, paid + paid_segment(row).left
    return {line: found for line, found in kept.items() if found[0]}


def _today(line: CartLine, units: int, body: OrderBody, inputs: Inputs) -> CartLine:
    """A price that the shop itself said stays; else the catalogue's of today counts."""
    said = next(given(one.unit_price) for one in body.lines if one.line == line.line)
    known = inputs.skus.get(line.sku)
    unit_price = known.price if said is None and known is not None else line.unit_price
    return replace(line, quantity=units, unit_price=unit_price)


def _differences(
    lines: tuple[CartLine, ...], kept: Mapping[str, tuple[int, int]], nets: Mapping[str, int]
) -> Iterator[LineToday]:
    paid = {line.line: kept[line.line][1] for line in lines}
    left = max(sum(paid.values()) - sum(nets[line.line] for line in lines), 0)
    for line in lines:
        back = min(max(paid[line.line] - nets[line.line], 0), left)
        left -= back
        yield LineToday(line.line, line.sku, line.quantity, paid[line.line], nets[line.line], back)


def as_ordered(order: Order, targeted: Mapping[str, int]) -> Cart:
    """The order's cart as its customer brought it, for replays that price it in books of their own."""
    body = _body(order)
    skus = {line.sku for line in body.lines}
    inputs = gather(customer=customer_id(body), skus=skus, shop=order.shop_code or None)
    book = PastBook(order.created_at, NO_OFFERS, {}, {}, targeted)
    return _cart(order, body, inputs, book)


def _body(order: Order) -> OrderBody:
    """What was asked; the risk marks were hashed and price nothing."""
    asked = {name: value for name, value in order.request.items() if name != "risk"}
    return msgspec.convert(asked, OrderBody)


def _cart(order: Order, body: OrderBody, inputs: Inputs, book: PastBook) -> Cart:
    customer = customer_of(body, inputs, book.targeted)
    if customer is not None and customer.id is not None:
        customer = replace(customer, new=_was_new(order, body, inputs, customer.id, book.moment))
    cart = cart_of(body, inputs.skus, customer)
    listed = dict(order.segments.values_list("line", "list_price_amount"))
    lines = tuple(replace(line, unit_price=listed.get(line.line, line.unit_price)) for line in cart.lines)
    return replace(cart, lines=lines)


def _was_new(order: Order, body: OrderBody, inputs: Inputs, customer: str, moment: datetime) -> bool:
    """Whether the customer had bought nothing by then; this order does not count, nor do those that came to nothing."""
    paid = Order.objects.filter(customer_code=customer, paid_at__isnull=False)
    if paid.exclude(pk=order.pk).filter(created_at__lt=moment).exists():
        return False
    said = given(said_of_customer(body).new)
    if said is not None:
        return said
    stored = (inputs.customer or {}).get("orders")
    return stored is not None and stored <= paid.count()


def _coupons(order: Order) -> list[Coupon]:
    """The coupons that the order could have used, as if none of them had been."""
    return [
        Coupon(entry["coupon"], entry["template"])
        for entry in order.quote.get("coupons", ())
        if entry.get("usable") and entry.get("template")
    ]


def _changes(order: Order, answer: Mapping[str, Any], book: PastBook) -> tuple[Change, ...]:
    paid = {entry["offer"]: entry["discount"] for entry in order.quote["offers"]}
    now = {entry["offer"]: entry["discount"] for entry in answer["offers"]}
    versions = dict(order.uses.values_list("offer", "version"))
    return tuple(
        Change(
            code,
            paid.get(code, 0),
            now.get(code, 0),
            versions.get(code),
            book.versions.get(code) if code in now else None,
        )
        for code in dict.fromkeys([*paid, *now])
    )
