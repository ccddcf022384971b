"""Closing a month: everything sealed is booked first, then the month's sums are kept and the database shuts it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.locks import AdvisoryLock, hold
from apps.orders.chain import LEDGER
from apps.reporting.models import SettlementLine, SettlementMonth
from apps.reporting.settlement.booking import book_all

CLOSE = "reporting.close_settlement"


@transaction.atomic
def close_month(*, month: date, actor: User) -> SettlementMonth:
    """Close a month that is over; earlier ones must be closed. What commits later is booked in the next.

    Raises Forbidden, or DomainError `month_not_over`, `earlier_open`, `already_closed`, `unknown_month`.
    """
    if not actor.has_perm(CLOSE):
        raise Forbidden()
    hold(AdvisoryLock.SEAL_LEDGER)
    LEDGER.seal()
    book_all()
    row = SettlementMonth.objects.select_for_update().filter(month=month).first()
    if row is None:
        raise DomainError("unknown_month", _("Nothing was booked in this month."))
    if row.is_closed:
        raise DomainError("already_closed", _("This month is closed already."))
    now = database_now()
    if now.astimezone(ZoneInfo(settings.TIME_ZONE)).date().replace(day=1) <= month:
        raise DomainError("month_not_over", _("This month is not over yet."))
    if SettlementMonth.objects.filter(month__lt=month, closed_at=None).exists():
        raise DomainError("earlier_open", _("An earlier month is still open: close it first."))
    sums = SettlementLine.objects.filter(month=row).aggregate(
        lines=Count("pk"), borne=Sum("borne_amount", default=0), back=Sum("back_amount", default=0)
    )
    row.lines, row.borne_amount, row.back_amount = sums["lines"], sums["borne"], sums["back"]
    row.closed_at, row.closed_by = now, actor
    row.save()
    record(
        action="settlement.close",
        subject=row,
        actor=actor,
        after={"lines": row.lines, "borne": row.borne_amount, "back": row.back_amount},
    )
    return row
