from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    name = "apps.risk"
    verbose_name = _("Risk")

    def ready(self) -> None:
        from apps.approvals.notices import TEXTS
        from apps.approvals.registry import register
        from apps.core import freshness
        from apps.risk import proofs
        from apps.risk.book import RULES_VERSION, VERSION_NAME
        from apps.risk.services.cases import RELEASE, ReleaseHandler
        from apps.risk.services.denials import REMOVE, RemoveHandler
        from apps.risk.services.publishing import PUBLISH, PublishHandler

        register(PUBLISH, PublishHandler())
        register(REMOVE, RemoveHandler())
        register(RELEASE, ReleaseHandler())
        proofs.register()
        freshness.watch(VERSION_NAME, RULES_VERSION)
        TEXTS["risk.waiting"] = _("Risk rules hold something back that waits for a review: %(title)s")
