"""An order: the quote it was held at, and what became of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from apps.carts.bodies import Instant
from apps.storefront.answers.money import Money
from apps.storefront.answers.quotes import Gift, Line, NotApplied, Rewards, UsedOffer, WalletCoupon
from apps.storefront.answers.refunds import Refund


class Order(Struct, forbid_unknown_fields=True):
    """The quote it was held at, and what became of it."""

    order: str
    state: str
    held_until: Instant
    paid_at: Instant | None
    closed_at: Instant | None
    reason: str | None
    currency: str
    as_of: Instant
    book: Annotated[str, Meta(description="version of the offer book")]
    optimal: bool
    list_total: Money
    discount_total: Money
    shipping_fee: Money
    shipping_discount: Money
    payable_total: Money
    lines: list[Line]
    offers: list[UsedOffer]
    gifts: list[Gift]
    rewards: Rewards
    not_applied: list[NotApplied]
    coupons: list[WalletCoupon]
    refunds: list[Refund]
