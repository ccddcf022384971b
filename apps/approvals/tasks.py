"""Overdue requests and the mail of notices."""

import structlog
from celery import shared_task

from apps.approvals.mailing import mail_notices
from apps.approvals.services.directing import escalate

log = structlog.get_logger(__name__)


@shared_task(name="approvals.escalate")
def escalate_overdue() -> int:
    """Tell the others of what nobody decided in time; the number of requests."""
    told = escalate()
    if told:
        log.info("escalated", requests=told)
    return told


@shared_task(name="approvals.mail")
def mail() -> int:
    """Mail the notices that wait; the number sent."""
    return mail_notices()
