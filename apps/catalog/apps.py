from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "apps.catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from apps.approvals.registry import register
        from apps.catalog.files.works import register_all
        from apps.catalog.models import Category, Sku
        from apps.catalog.selectors import known_currency
        from apps.catalog.services.protecting import ProtectHandler, protect_action
        from apps.core import currency

        currency.read_from(known_currency)
        for model in (Sku, Category):
            register(protect_action(model), ProtectHandler(model))
        register_all()
