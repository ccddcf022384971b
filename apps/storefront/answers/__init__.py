"""The shapes of the answers, for the OpenAPI schema. Tests hold every real answer against them."""

from apps.storefront.answers.coupons import (
    Coupon,
    CouponPack,
    NextRelease,
    OpenCampaign,
    OpenCampaigns,
    Wallet,
)
from apps.storefront.answers.customers import (
    CustomerAnswer,
    CustomerPut,
)
from apps.storefront.answers.orders import (
    Order,
)
from apps.storefront.answers.prices import (
    Badge,
    PriceChange,
    PriceChanges,
    Prices,
    SkuPrice,
    Upcoming,
)
from apps.storefront.answers.problems import (
    FaultAnswer,
    Problem,
)
from apps.storefront.answers.quotes import (
    Gift,
    Line,
    NotApplied,
    Quote,
    RefusedPoints,
    RewardCoupon,
    Rewards,
    Segment,
    Share,
    UsedOffer,
    WalletCoupon,
)
from apps.storefront.answers.refunds import (
    Adjusted,
    Refund,
    RefundedCoupon,
    RefundedGift,
    RefundedLine,
    RefundedReward,
    ReversedShare,
)
from apps.storefront.answers.showcase import (
    Activity,
    ClaimItem,
    Display,
    Placed,
    PlacedActivity,
    PlacedCampaign,
)

__all__ = [
    "Activity",
    "Adjusted",
    "Badge",
    "ClaimItem",
    "Coupon",
    "CouponPack",
    "CustomerAnswer",
    "CustomerPut",
    "Display",
    "FaultAnswer",
    "Gift",
    "Line",
    "NextRelease",
    "NotApplied",
    "OpenCampaign",
    "OpenCampaigns",
    "Order",
    "Placed",
    "PlacedActivity",
    "PlacedCampaign",
    "PriceChange",
    "PriceChanges",
    "Prices",
    "Problem",
    "Quote",
    "Refund",
    "RefundedCoupon",
    "RefundedGift",
    "RefundedLine",
    "RefundedReward",
    "RefusedPoints",
    "ReversedShare",
    "RewardCoupon",
    "Rewards",
    "Segment",
    "Share",
    "SkuPrice",
    "Upcoming",
    "UsedOffer",
    "Wallet",
    "WalletCoupon",
]
