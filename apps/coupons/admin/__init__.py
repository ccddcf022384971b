"""Coupon templates and claim campaigns in the admin."""

from django.contrib import admin

from apps.approvals.admin import presenters
from apps.coupons.admin.campaign import ClaimCampaignAdmin
from apps.coupons.admin.code_batch import CodeBatchAdmin
from apps.coupons.admin.code_words import CodeBatchPresenter
from apps.coupons.admin.template import CouponTemplateAdmin
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.admin import picking
from apps.offers.admin.presenting import VersionPresenter

for model in (CouponTemplate, ClaimCampaign):
    presenters.register(model.DOCUMENT, VersionPresenter(admin.site._registry[model]))
presenters.register("codes", CodeBatchPresenter())
picking.register("template", picking.by_model(CouponTemplate))

__all__ = ["ClaimCampaignAdmin", "CodeBatchAdmin", "CouponTemplateAdmin"]
