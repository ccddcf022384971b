"""The audit log's sealer, and the way out for events."""

import structlog
from celery import shared_task

from apps.core import sealing, webhooks

log = structlog.get_logger(__name__)


@shared_task(name="core.seal_audit")
def seal_audit() -> int:
    """Chain what was committed since the last run; the head goes to the log, out of the database's reach."""
    sealed = sealing.seal()
    if sealed:
        log.info("audit_sealed", sealed=sealed, head=str(sealing.head()))
    return sealed


@shared_task(name="core.relay_events")
def relay_events() -> int:
    """Send waiting events to the webhooks; the number delivered."""
    return webhooks.relay()
