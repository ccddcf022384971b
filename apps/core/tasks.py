"""The audit log's sealer, the way out for events, and long works."""

import structlog
from celery import shared_task

from apps.core import sealing, webhooks
from apps.core.jobs.tasks import purge_job_files, run_job, sweep_jobs

__all__ = ["purge_job_files", "relay_events", "run_job", "seal_audit", "sweep_jobs"]

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
