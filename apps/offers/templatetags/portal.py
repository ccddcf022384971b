"""Template filters: amounts, times and requests as people read them."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext, ngettext

from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import actions
from apps.core.currency import current
from apps.offers.admin.words import local_time
from apps.pricing.money import format_money

register = template.Library()


@register.filter
def money(amount: int, currency: str = "") -> str:
    return format_money(amount, currency or current())


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}"


@register.filter
def local(moment: datetime | None) -> str:
    return local_time(moment) if moment else "–"


@register.filter
def request_label(request: ApprovalRequest) -> Any:
    """What is asked, in words."""
    handler = actions().get(request.action)
    return handler.label if handler else request.action


@register.filter
def local_end(moment: datetime) -> str:
    return local_time(moment, ends=True)


@register.filter
def until(moment: datetime, now: datetime) -> str:
    """How long from `now` until `moment`, as a countdown says it: its two largest units."""
    seconds = int((moment - now).total_seconds())
    if seconds <= 0:
        return gettext("%(time)s ago") % {"time": _duration(-seconds)}
    return gettext("in %(time)s") % {"time": _duration(seconds)}


def _duration(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    units = [
        (days, ngettext("%(n)s day", "%(n)s days", days)),
        (hours, ngettext("%(n)s hour", "%(n)s hours", hours)),
        (minutes, ngettext("%(n)s minute", "%(n)s minutes", minutes)),
        (left, ngettext("%(n)s second", "%(n)s seconds", left)),
    ]
    said = [text % {"n": number} for number, text in units if number][:2]
    return " ".join(said) or units[-1][1] % {"n": 0}
