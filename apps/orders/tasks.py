"""What must happen to orders without anybody asking: holds that are over are released."""

import structlog
from celery import shared_task

from apps.orders.services import lapse_due
from apps.orders.services.settling import LAPSE_BATCH

log = structlog.get_logger(__name__)


@shared_task(name="orders.lapse")
def lapse() -> int:
    """Release every hold that is over, in small batches; the number released."""
    total = 0
    while released := lapse_due():
        total += released
        if released < LAPSE_BATCH:
            break
    if total:
        log.info("holds_lapsed", orders=total)
    return total
