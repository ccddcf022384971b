from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "apps.activities"
    verbose_name = _("Activities")

    def ready(self) -> None:
        from apps.activities.models import Activity, Event
        from apps.activities.services.stops import LiftHandler
        from apps.approvals.registry import register
        from apps.offers.versions import references, sweep
        from apps.offers.versions.review import PublishHandler
        from apps.offers.versions.revocation import RevokeHandler
        from apps.offers.versions.running import ResumeHandler

        references.register("event", references.by_code(Event))
        register("activity.publish", PublishHandler(Activity))
        register("activity.revoke", RevokeHandler(Activity))
        register("activity.resume", ResumeHandler(Activity))
        register("activity.lift_stop", LiftHandler(Activity))
        sweep.register(Activity)
