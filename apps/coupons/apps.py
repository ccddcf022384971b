from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "apps.coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        from apps.approvals.registry import register
        from apps.coupons.models import ClaimCampaign, CouponTemplate
        from apps.coupons.services.issuing import RESUME_ISSUING, ResumeIssuingHandler
        from apps.offers.versions import known, references

        known.register(CouponTemplate)
        known.register(ClaimCampaign)
        register(RESUME_ISSUING, ResumeIssuingHandler(CouponTemplate))
        references.register("template", references.by_code(CouponTemplate))
