from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StorefrontConfig(AppConfig):
    name = "apps.storefront"
    verbose_name = _("Storefront API")

    def ready(self) -> None:
        from apps.orders import clients
        from apps.storefront.selectors import names_of_clients

        clients.register(names_of_clients)
