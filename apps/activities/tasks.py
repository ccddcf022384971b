"""The schedule's only part in the lives of activities and campaigns: it brings the status column into line."""

import structlog
from celery import shared_task

from apps.offers.versions.sweep import sweep_all

log = structlog.get_logger(__name__)


@shared_task(name="activities.sweep")
def sweep() -> int:
    """Flip what began or ended since the last run; the number flipped."""
    swept = sweep_all()
    if swept.live or swept.expired:
        log.info("swept", live=swept.live, expired=swept.expired)
    return swept.live + swept.expired
