from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "apps.coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        from apps.approvals.registry import register
        from apps.coupons.models import ClaimCampaign, CouponTemplate
        from apps.coupons.services.issuing import ResumeIssuingHandler
        from apps.offers.versions import references, sweep
        from apps.offers.versions.review import PublishHandler
        from apps.offers.versions.revocation import RevokeHandler
        from apps.offers.versions.running import ResumeHandler

        references.register("template", references.by_code(CouponTemplate))
        register("template.publish", PublishHandler(CouponTemplate))
        register("template.resume_issuing", ResumeIssuingHandler(CouponTemplate))
        register("campaign.publish", PublishHandler(ClaimCampaign))
        register("campaign.revoke", RevokeHandler(ClaimCampaign))
        register("campaign.resume", ResumeHandler(ClaimCampaign))
        sweep.register(ClaimCampaign)
