"""Notices by mail: each in its reader's language, at least once, given up after some tries.

A notice is leased before it is mailed and settled afterwards; no transaction is open while the mail server answers.
"""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.approvals.models import Notice
from apps.approvals.notices import said_time, text_of
from apps.core.clock import database_now

log = structlog.get_logger(__name__)

BATCH = 50
LEASE = timedelta(minutes=5)
MOST_TRIES = 6
# What nobody could be told for so long is news no more.
STALE = timedelta(days=1)


def mail_notices() -> int:
    """Send what waits; the number sent."""
    sent = 0
    while leased := _lease():
        sent += sum(_send(notice) for notice in leased)
    return sent


def _lease() -> list[Notice]:
    """The next notices to mail, ours until the lease is over; those of people without an address are settled."""
    now = database_now()
    with transaction.atomic():
        due = Notice.objects.select_for_update(skip_locked=True).filter(mail_due_at__lte=now)
        notices = list(due.order_by("mail_due_at", "id")[:BATCH])
        mine = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
        mine.update(mail_due_at=now + LEASE, mail_tries=F("mail_tries") + 1)
        hopeless = mine.filter(user__email="") | mine.filter(user__is_active=False)
        stale = mine.filter(created_at__lt=now - STALE) | mine.filter(mail_tries__gt=MOST_TRIES)
        settled = {*hopeless.values_list("pk", flat=True), *stale.values_list("pk", flat=True)}
        Notice.objects.filter(pk__in=settled).update(mail_due_at=None)
    wanted = [notice.pk for notice in notices if notice.pk not in settled]
    if notices and not wanted:
        return _lease()
    return list(Notice.objects.filter(pk__in=wanted).select_related("user", "request").order_by("id"))


def _send(notice: Notice) -> bool:
    try:
        _mail_of(notice).send()
    except (OSError, SMTPException) as error:
        log.warning("mail_failed", notice=notice.pk, tries=notice.mail_tries, error=type(error).__name__)
        return False
    Notice.objects.filter(pk=notice.pk, mail_due_at__isnull=False).update(mail_due_at=None)
    return True


def _mail_of(notice: Notice) -> EmailMessage:
    with override(notice.user.language):
        said = text_of(notice)
        lines = [said]
        if notice.request is not None and notice.request.due_at and notice.request.is_pending:
            lines.append(_("Decide by %(time)s") % {"time": said_time(notice.request.due_at)})
        if settings.PORTAL_URL:
            path = reverse("admin:approvals_notice_change", args=[notice.pk])
            lines.append(f"{settings.PORTAL_URL.rstrip('/')}{path}")
        subject = _("[Promo Portal] %(text)s") % {"text": " ".join(said.split())}
        return EmailMessage(subject=subject, body="\n\n".join(lines), to=[notice.user.email])
