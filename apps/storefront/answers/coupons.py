"""Coupons, wallets, and the campaigns that hand coupons out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from apps.carts.bodies import Instant
from apps.storefront.answers.showcase import ClaimItem


class Coupon(Struct, forbid_unknown_fields=True):
    """A coupon as its customer may see it. `order` has it now; `code`: the end of the code that it came by."""

    coupon: str
    template: str
    name: str
    state: Annotated[str, Meta(description="unused, held, used, expired or void")]
    valid_from: Instant
    valid_until: Annotated[Instant, Meta(description="null: for ever")] | None
    source: str
    order: str | None
    code: str | None


class CouponPack(Struct, forbid_unknown_fields=True):
    """Coupons that came together."""

    coupons: list[Coupon]


class Wallet(Struct, forbid_unknown_fields=True):
    """Newest first."""

    results: list[Coupon]
    next: str | None


class NextRelease(Struct, forbid_unknown_fields=True):
    at: Instant
    quantity: int


class OpenCampaign(Struct, forbid_unknown_fields=True):
    """What can be claimed now or soon. `reason`: with which code a claim would be refused now; `detail`: what of the
    customer is not as wanted. Both are null for who may claim; where nobody is named, `may_claim` is null, too."""

    code: str
    name: str
    items: list[ClaimItem]
    starts_at: Instant
    ends_at: Instant
    status: Annotated[str, Meta(description="approved (coming) or live")]
    quantity: Annotated[int, Meta(description="claims in all")]
    left: Annotated[int, Meta(description="claims that can be had now")]
    next_release: NextRelease | None
    per_customer: int | None
    per_customer_per_day: int | None
    may_claim: bool | None
    reason: str | None
    detail: str | None


class OpenCampaigns(Struct, forbid_unknown_fields=True):
    results: list[OpenCampaign]
    next: str | None
