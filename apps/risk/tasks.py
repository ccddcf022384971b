"""Forgets events that no rule can look back at any more."""

from datetime import timedelta

from celery import shared_task

from apps.core.clock import database_now
from apps.risk.models import RiskEvent
from apps.risk.rules.base import LONGEST_DAYS

PURGE = 10_000


@shared_task(name="risk.purge_events")
def purge_events() -> int:
    """The number forgotten, at most a batch."""
    old = RiskEvent.objects.filter(at__lt=database_now() - timedelta(days=LONGEST_DAYS))
    return RiskEvent.objects.filter(pk__in=old.order_by("at").values("pk")[:PURGE]).delete()[0]
