from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "apps.coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        from apps.approvals.registry import register
        from apps.audiences.services import listen
        from apps.coupons import (
            code_proofs,
            code_tasks,  # noqa: F401 - the worker looks for tasks.py only
            giving_proofs,
            proofs,
        )
        from apps.coupons.models import ClaimCampaign, CouponTemplate
        from apps.coupons.services.codes.drafting import GENERATE, GenerateHandler
        from apps.coupons.services.codes.exporting import EXPORT, ExportHandler
        from apps.coupons.services.compensating import SET_QUOTA, SetQuotaHandler
        from apps.coupons.services.issuing import RESUME_ISSUING, ResumeIssuingHandler
        from apps.coupons.services.on_event import customer_put
        from apps.coupons.services.stopping import RESUME_USE, STOP_USE, ResumeUseHandler, StopUseHandler
        from apps.coupons.services.voiding import VOID, VOID_COUPONS, VoidCouponsHandler, VoidHandler
        from apps.offers.versions import known, references

        known.register(CouponTemplate)
        known.register(ClaimCampaign)
        register(RESUME_ISSUING, ResumeIssuingHandler(CouponTemplate))
        register(STOP_USE, StopUseHandler(CouponTemplate))
        register(RESUME_USE, ResumeUseHandler(CouponTemplate))
        register(VOID, VoidHandler(CouponTemplate))
        register(SET_QUOTA, SetQuotaHandler())
        register(VOID_COUPONS, VoidCouponsHandler())
        listen("coupons", customer_put)
        register(GENERATE, GenerateHandler())
        register(EXPORT, ExportHandler())
        proofs.register_all()
        code_proofs.register_all()
        giving_proofs.register_all()
        references.register("template", references.by_code(CouponTemplate))
