from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "apps.activities"
    verbose_name = _("Activities")

    def ready(self) -> None:
        from apps.activities.events.services.confirming import follow_code, unconfirmed_faults
        from apps.activities.models import Activity, Event
        from apps.activities.services.revocation import RevokeActivityHandler
        from apps.activities.services.stops import LIFT_STOP, LiftHandler
        from apps.approvals.registry import register
        from apps.offers.versions import hooks, known, references
        from apps.offers.versions.revocation import revoke_action

        known.register(Activity)
        register(revoke_action(Activity), RevokeActivityHandler(Activity))
        register(LIFT_STOP, LiftHandler(Activity))
        references.register("event", references.by_code(Event))
        hooks.block_submission(unconfirmed_faults)
        hooks.watch_codes(follow_code)
