"""The coupons that a cart brings: the customer's own, and open codes that it presents, priced as if claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.carts.bodies import CartBody, given
from apps.carts.carts import customer_id
from apps.coupons.code_lookup import OpenCode, open_codes
from apps.coupons.validity import validity_at
from apps.coupons.wallet import NO_WALLET, Row, Wallet, read_wallet
from apps.orders.book import LiveBook
from apps.orders.inputs import Inputs
from apps.pricing.cart import AUTO, Coupon


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose request it is: what the throttle of codes counts by. Without an API client no code is looked up."""

    client: int | None = None
    shop: str | None = None


STAFF = Asker()


@dataclass(frozen=True, slots=True)
class Carried:
    """Coupons for the engine, the rows of those that are some, and the open codes among them by the text presented."""

    coupons: tuple[Coupon, ...] = ()
    rows: Mapping[str, Row] = field(default_factory=dict)
    codes: Mapping[str, OpenCode] = field(default_factory=dict)


NOTHING = Carried()


def coupons_asked(body: CartBody) -> str | tuple[str, ...]:
    """Which coupons a cart wants: all that can be used, or just those it names."""
    coupons = given(body.coupons)
    return AUTO if coupons is None or coupons == AUTO else tuple(dict.fromkeys(coupons))


def carried(
    body: CartBody, inputs: Inputs, book: LiveBook, asker: Asker, *, as_of: datetime, ordering: bool = False
) -> Carried:
    """What is known of the coupons that the cart asks for; entries that are none are left out.

    An order of nobody can claim no code: for it (`ordering`) none is looked up.
    """
    wallet = _wallet(inputs, book, asker.shop)
    asked, customer = coupons_asked(body), customer_id(body)
    if asked == AUTO or asker.client is None or (ordering and customer is None):
        return Carried(wallet.coupons, wallet.rows) if wallet.coupons else NOTHING
    presented = [name for name in asked if name not in wallet.rows]
    if not presented:
        return Carried(wallet.coupons, wallet.rows)
    codes = open_codes(
        presented,
        customer=customer,
        now=as_of if as_of != inputs.now else None,
        shop=asker.shop,
        client=asker.client,
        marks=_marks(body),
    )
    claimed = tuple(_as_claimed(code, book, as_of) for code in codes.values())
    return Carried((*wallet.coupons, *claimed), wallet.rows, codes)


def _wallet(inputs: Inputs, book: LiveBook, shop: str | None) -> Wallet:
    if not inputs.wallet:
        return NO_WALLET
    if shop is None:
        return read_wallet(inputs.wallet, voided=book.voided)

    def visible(template: str) -> bool:
        """A shop's key sees the platform's coupons and its own."""
        offer = book.offers.offers.get(template)
        return offer is not None and offer.shop in (None, shop)

    return read_wallet(inputs.wallet, voided=book.voided, visible=visible)


def _as_claimed(code: OpenCode, book: LiveBook, as_of: datetime) -> Coupon:
    starts_at, ends_at = validity_at(book.validities.get(code.template), as_of)
    return Coupon(code.presented, code.template, "unused", starts_at, ends_at)


def _marks(body: CartBody) -> Mapping[str, str | None] | None:
    risk = given(body.risk)
    if risk is None:
        return None
    return {name: given(getattr(risk, name)) for name in ("device", "ip", "address_hash")}
