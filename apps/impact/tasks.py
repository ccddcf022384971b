"""What impact does without anybody asking: the patrol's rounds, stale reports anew, the price history written on."""

import structlog
from celery import shared_task

from apps.impact.patrol import rounds
from apps.impact.prices.following import follow_prices
from apps.impact.prices.paid import follow_payments
from apps.impact.reports import starting

log = structlog.get_logger(__name__)


@shared_task(name="impact.patrol_nightly")
def patrol_nightly() -> bool:
    """Start tonight's patrol where it is due; whether it was."""
    return rounds.nightly() is not None


@shared_task(name="impact.patrol_changes")
def patrol_changes() -> bool:
    """Search what changed or came into a scope since the last look; whether there was anything."""
    return rounds.recheck() is not None


@shared_task(name="impact.follow_prices")
def follow_price_history() -> int:
    """Write the price history on; the number of SKUs priced."""
    priced = follow_prices()
    while follow_payments():
        pass
    return priced


@shared_task(name="impact.recompute_stale")
def recompute_stale() -> int:
    """Reports on what waits, begun anew since offers changed."""
    return starting.recompute_stale()
