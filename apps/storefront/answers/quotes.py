"""What a cart costs, by line, segment and offer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.carts.bodies import Instant
from apps.storefront.answers.money import Money


class Share(Struct, forbid_unknown_fields=True):
    """What one offer takes off a segment."""

    offer: str
    amount: Money


class Segment(Struct, forbid_unknown_fields=True):
    """Units of a line that are priced alike. Net and shares add up to units times the list price."""

    units: int
    net_amount: Money
    shares: list[Share]


class Line(Struct, forbid_unknown_fields=True):
    line: str
    sku: str
    quantity: int
    unit_price: Money
    list_amount: Money
    net_amount: Money
    segments: list[Segment]


class UsedOffer(Struct, forbid_unknown_fields=True):
    """An offer that applied; `full_discount` is what it would have been uncut by a cap, a `min_price` or a budget."""

    offer: str
    kind: str
    layer: str
    name: str
    coupon: str | None
    discount: Money
    full_discount: Money


class Gift(Struct, forbid_unknown_fields=True):
    offer: str
    sku: str
    quantity: int
    granted: bool
    reason: str | UnsetType = UNSET


class RewardCoupon(Struct, forbid_unknown_fields=True):
    offer: str
    template: str
    quantity: int
    granted: bool
    reason: str | UnsetType = UNSET


class RefusedPoints(Struct, forbid_unknown_fields=True):
    offer: str
    points: int
    granted: bool
    reason: str


class Rewards(Struct, forbid_unknown_fields=True):
    coupons: list[RewardCoupon]
    points: int
    points_refused: list[RefusedPoints] | UnsetType = UNSET


class NotApplied(Struct):
    """An offer that did not apply, why, and the numbers behind it (`gap`, `excluded_by`, `starts_at` ...).

    With `sold_out` comes `held_units`: how many units unpaid orders hold, which may come back.
    """

    offer: str | None
    coupon: str | None
    reason: str


class WalletCoupon(Struct):
    """What the quote says of a coupon; `reason` where it cannot be used."""

    coupon: str
    template: str | None
    usable: bool
    chosen: bool
    reason: str | UnsetType = UNSET
    saving_if_chosen: Money | UnsetType = UNSET


class Quote(Struct, forbid_unknown_fields=True):
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
