from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AudiencesConfig(AppConfig):
    name = "apps.audiences"
    verbose_name = _("Audiences")

    def ready(self) -> None:
        from apps.approvals.registry import register
        from apps.audiences.services.asking import CHANGE
        from apps.audiences.services.changing import ChangeHandler
        from apps.audiences.works import register_all

        register(CHANGE, ChangeHandler())
        register_all()
