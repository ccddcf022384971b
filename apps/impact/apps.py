from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImpactConfig(AppConfig):
    name = "apps.impact"
    verbose_name = _("Impact")

    def ready(self) -> None:
        from apps.activities.events import prices_then
        from apps.approvals.registry import watch_opened
        from apps.core import jobs, outbox
        from apps.impact.patrol import refusals, walking
        from apps.impact.prices import list_changes, reading
        from apps.impact.reports import foresight, searching, starting, telling
        from apps.offers import foresight as offers_foresight
        from apps.orders import price_past

        jobs.register(
            walking.KIND, walking.step, label=_("Patrol"), tell=walking.tell, permission=walking.RUN
        )
        outbox.consume(refusals.TOPIC, "alerts", refusals.note_refused)
        price_past.register(reading.LOWS, reading.history)
        prices_then.register(list_changes.list_changes)
        jobs.register(
            starting.KIND, searching.step, label=_("Impact report"), tell=telling.tell, page=telling.page
        )
        watch_opened(starting.on_opened)
        offers_foresight.register(foresight.foresee)
