from apps.coupons.models.budget import CampaignAllowance, ClaimUse, TemplateAllowance
from apps.coupons.models.code import Code, CodeBatch
from apps.coupons.models.configuration import (
    CampaignVersion,
    ClaimCampaign,
    CouponTemplate,
    TemplateVersion,
    template_kind_choices,
)
from apps.coupons.models.coupon import Coupon, Redemption, RewardHold
from apps.coupons.models.handing_out import CompensationQuota, CompensationUse, EventGrant, VoidRun
from apps.coupons.models.ledger import ClaimAttempt, CouponEntry, CouponEvent, CouponSeal
from apps.coupons.models.push import PushRun

__all__ = [
    "CampaignAllowance",
    "CampaignVersion",
    "ClaimAttempt",
    "ClaimCampaign",
    "ClaimUse",
    "Code",
    "CodeBatch",
    "CompensationQuota",
    "CompensationUse",
    "Coupon",
    "CouponEntry",
    "CouponEvent",
    "CouponSeal",
    "CouponTemplate",
    "EventGrant",
    "PushRun",
    "Redemption",
    "RewardHold",
    "TemplateAllowance",
    "TemplateVersion",
    "VoidRun",
    "template_kind_choices",
]
