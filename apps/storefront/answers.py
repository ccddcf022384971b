"""The shapes of the answers, for the OpenAPI schema. Tests hold every real answer against them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.carts.bodies import Instant

Money = Annotated[int, Meta(description="minor units")]


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
    """An offer that did not apply, why, and the numbers behind it (`gap`, `excluded_by`, `starts_at` ...)."""

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


class Badge(Struct, forbid_unknown_fields=True):
    offer: str
    text: str


class Upcoming(Struct, forbid_unknown_fields=True):
    """The next item offer that is announced; its price is null while it is a secret."""

    offer: str
    starts_at: Instant
    price: Money | None


class SkuPrice(Struct, forbid_unknown_fields=True):
    """One unit of a SKU with the best item offer that this customer can use."""

    sku: str
    list_price: Money
    price: Money
    offer: str | None
    ends_at: Instant | None
    units_left: int | None
    badges: list[Badge]
    upcoming: Upcoming | None


class Prices(Struct, forbid_unknown_fields=True):
    """`valid_until`: the next instant at which an answer may change by the clock."""

    currency: str
    as_of: Instant
    book: str
    prices: list[SkuPrice]
    valid_until: Instant | None
    unknown: list[str]


class PriceChange(Struct, forbid_unknown_fields=True):
    """At `at` an offer begins or stops to count for a SKU: its window or one of its sessions."""

    at: Instant
    sku: str
    offer: str
    change: Annotated[str, Meta(description="starts or ends")]


class PriceChanges(Struct, forbid_unknown_fields=True):
    """In the order of the instants; of one instant by offer, then by SKU."""

    results: list[PriceChange]
    next: str | None


class Display(Struct, forbid_unknown_fields=True):
    """What customers see, in the language asked for."""

    title: str | None
    badge: str | None
    rules: str | None
    image: str | None
    link: str | None
    sort: int
    teaser: str


class Activity(Struct, forbid_unknown_fields=True):
    code: str
    kind: str
    layer: str
    name: str
    sentence: Annotated[str, Meta(description="absent as null while the offer is a secret")] | None
    display: Display
    starts_at: Instant
    ends_at: Instant
    status: Annotated[str, Meta(description="approved (coming) or live")]
    units_left: int | None
    prices: dict[str, Money] | UnsetType = UNSET
    units_left_by_sku: Annotated[dict[str, int], Meta(description="of the SKUs with a stock")] | UnsetType = (
        UNSET
    )
    units_waiting: (
        Annotated[
            int, Meta(description="when none is left: units that unpaid orders hold and that may come back")
        ]
        | UnsetType
    ) = UNSET


class PlacedActivity(Activity, forbid_unknown_fields=True, tag_field="type", tag="activity", kw_only=True):
    """An activity in a list with claim campaigns."""


class ClaimItem(Struct, forbid_unknown_fields=True):
    template: str
    quantity: int


class PlacedCampaign(Struct, forbid_unknown_fields=True, tag_field="type", tag="claim_campaign"):
    """A claim campaign that is open or to come; a claim gives all of its items."""

    code: str
    name: str
    items: list[ClaimItem]
    starts_at: Instant
    ends_at: Instant
    status: Annotated[str, Meta(description="approved (coming) or live")]


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


class Placed(Struct, forbid_unknown_fields=True):
    results: list[PlacedActivity | PlacedCampaign]
    next: str | None


class CustomerAnswer(Struct, forbid_unknown_fields=True):
    id: str
    member_level: int | None
    tags: list[str]
    registered_at: Instant | None
    region: str | None
    attributes: dict[str, Any]
    orders: int | None


class CustomerPut(Struct, forbid_unknown_fields=True):
    """Replaces all that is known; an absent `orders` keeps the stored number."""

    member_level: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType | None = UNSET
    tags: list[Annotated[str, Meta(min_length=1, max_length=200)]] | UnsetType | None = UNSET
    registered_at: Instant | UnsetType | None = UNSET
    region: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    attributes: dict[str, Any] | UnsetType | None = UNSET
    orders: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType | None = UNSET


class FaultAnswer(Struct, forbid_unknown_fields=True):
    path: str
    code: str
    message: str


class Problem(Struct):
    """RFC 9457. `code` is stable; `errors` lists every fault of a body with its path."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FaultAnswer]
