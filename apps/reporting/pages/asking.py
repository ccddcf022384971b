"""What a page of the reports is asked for: who may see it, about what, over which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.activities.events.members import TEMPLATE
from apps.core.clock import database_now
from apps.reporting.reports.numbers import ALWAYS, Period
from apps.reporting.reports.subjects import PLACEMENT, SHOP, Subject, find

MAY = "reporting.view_review"
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Days:
    """From one day of the portal's calendar to another, both included."""

    first: date
    last: date

    @property
    def query(self) -> str:
        """As addresses say it."""
        return urlencode({"since": self.first.isoformat(), "until": self.last.isoformat()})

    @property
    def period(self) -> Period:
        return Period(_midnight(self.first), _midnight(self.last + timedelta(days=1)))


def reader_of(request: HttpRequest) -> User:
    user = signed_in(request)
    if not user.has_perm(MAY):
        raise PermissionDenied
    return user


def subject_of(user: User, document: str, code: str) -> Subject:
    found = find(user, document, code)
    if found is None:
        raise Http404
    return found


def days_in(request: HttpRequest) -> Days:
    """The days asked for, else the last thirty."""
    today = database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    last = day_in(request, "until") or today
    first = day_in(request, "since") or last - timedelta(days=USUAL_DAYS - 1)
    return Days(min(first, last), max(first, last))


def period_in(request: HttpRequest, subject: Subject) -> Period:
    days = days_about(request, subject)
    return days.period if days else ALWAYS


def days_about(request: HttpRequest, subject: Subject) -> Days | None:
    """The days asked for of what has no end of its own: shop, placement, template. Others have all their numbers."""
    asked = subject.document == TEMPLATE and days_asked(request)
    return days_in(request) if asked or subject.document in (SHOP, PLACEMENT) else None


def days_asked(request: HttpRequest) -> bool:
    return bool(day_in(request, "since") or day_in(request, "until"))


def day_in(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))
