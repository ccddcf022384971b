from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = "apps.offers"
    verbose_name = _("Offers")

    def ready(self) -> None:
        from apps.approvals import uses
        from apps.offers.versions.uses import things_for_audiences

        uses.register("audience", things_for_audiences)
