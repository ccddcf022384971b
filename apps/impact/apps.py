from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImpactConfig(AppConfig):
    name = "apps.impact"
    verbose_name = _("Impact")

    def ready(self) -> None:
        from apps.core import jobs, outbox
        from apps.impact.patrol import refusals, walking
        from apps.impact.prices import reading
        from apps.orders import price_past

        jobs.register(
            walking.KIND, walking.step, label=_("Patrol"), tell=walking.tell, permission=walking.RUN
        )
        outbox.consume(refusals.TOPIC, "alerts", refusals.note_refused)
        price_past.register(reading.LOWS, reading.history)
