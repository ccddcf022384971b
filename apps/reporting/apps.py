from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "apps.reporting"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from apps.core.jobs import register
        from apps.offers import conclusions
        from apps.reporting.exports.job import KIND, PERMISSION, step
        from apps.reporting.reconciliation import comparing
        from apps.reporting.services.concluding import concluded
        from apps.reporting.settlement import export, proofs

        conclusions.register(concluded)
        register(KIND, step, label=_("Export of a report"), permission=PERMISSION)
        register(export.KIND, export.step, label=_("Export of a settlement"), permission=export.PERMISSION)
        proofs.register_all()
        comparing.register_proof()
