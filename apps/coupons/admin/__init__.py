"""Coupon templates and claim campaigns in the admin."""

from django.contrib import admin

from apps.approvals.admin import presenters
from apps.coupons.admin.campaign import ClaimCampaignAdmin
from apps.coupons.admin.code_batch import CodeBatchAdmin
from apps.coupons.admin.code_words import CodeBatchPresenter
from apps.coupons.admin.coupon import CouponAdmin
from apps.coupons.admin.push_run import PushRunAdmin
from apps.coupons.admin.quota import CompensationQuotaAdmin
from apps.coupons.admin.telling import (
    CampaignPresenter,
    QuotaPresenter,
    TemplatePresenter,
    VoidCouponsPresenter,
)
from apps.coupons.admin.template import CouponTemplateAdmin
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.admin import picking

presenters.register(CouponTemplate.DOCUMENT, TemplatePresenter(admin.site._registry[CouponTemplate]))
presenters.register(ClaimCampaign.DOCUMENT, CampaignPresenter(admin.site._registry[ClaimCampaign]))
presenters.register("coupon", VoidCouponsPresenter())
presenters.register("quota", QuotaPresenter())
presenters.register("codes", CodeBatchPresenter())
picking.register("template", picking.by_model(CouponTemplate))
picking.register("campaign", picking.by_model(ClaimCampaign))

__all__ = [
    "ClaimCampaignAdmin",
    "CodeBatchAdmin",
    "CompensationQuotaAdmin",
    "CouponAdmin",
    "CouponTemplateAdmin",
    "PushRunAdmin",
]
