from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = _("Audit and roles")

    def ready(self) -> None:
        from apps.core.group_sync import sync_app_permissions

        # django.contrib.auth stands before this app, so its own receiver has made the permissions by then.
        post_migrate.connect(sync_app_permissions, dispatch_uid="core.group_sync")
