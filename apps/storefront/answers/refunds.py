"""What went back, and what of it was paid back."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from apps.storefront.answers.money import Money


class ReversedShare(Struct, forbid_unknown_fields=True):
    offer: str
    amount: Money


class RefundedLine(Struct, forbid_unknown_fields=True):
    """Units that went back, what they paid back, and what of each offer's share they reversed."""

    line: str
    segment: int
    units: int
    amount: Money
    shares: list[ReversedShare]


class Adjusted(Struct, forbid_unknown_fields=True):
    line: str
    amount: Money


class RefundedCoupon(Struct, forbid_unknown_fields=True):
    coupon: str
    state: str


class RefundedReward(Struct, forbid_unknown_fields=True):
    """A reward that was taken back, or could not be. `quantity` of it: coupons or points."""

    offer: str
    kind: str
    quantity: int
    recalled: bool
    template: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    value: Money | UnsetType = UNSET


class RefundedGift(Struct, forbid_unknown_fields=True):
    sku: str
    quantity: int


class Refund(Struct, forbid_unknown_fields=True):
    """`refund_total` is what the customer gets: lines, adjustments and shipping, less what `clawback` keeps."""

    refund: str
    order: str
    state: str
    refund_total: Money
    shipping: Money
    lines: list[RefundedLine]
    adjustments: list[Adjusted]
    coupons: list[RefundedCoupon]
    rewards: list[RefundedReward]
    gifts: list[RefundedGift]
    clawback: Money
