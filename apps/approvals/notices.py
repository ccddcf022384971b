"""The inbox: texts by code, so that everybody reads a notice in their own language."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.scope import for_shop
from apps.approvals.models import ApprovalRequest, Notice
from apps.core.clock import database_now

# The holes that hold instants.
TIMES = ("from", "until")
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"

TEXTS: dict[str, Promise] = {
    "approval.asked": _("%(submitter)s asks for your decision: %(title)s"),
    "approval.asked_again": _("One more approval is needed: %(title)s"),
    "approval.approved": _("%(actor)s approved: %(title)s"),
    "approval.rejected": _("%(actor)s sent back: %(title)s (%(reason)s)"),
    "approval.superseded": _("No decision is needed any more: %(title)s"),
    "approval.handed_over": _("%(actor)s handed over to you: %(title)s (%(reason)s)"),
    "approval.overdue": _("Overdue, nobody has decided: %(title)s"),
    "approval.mentioned": _("%(actor)s mentioned you: %(title)s (%(reason)s)"),
    "approval.commented": _("%(actor)s commented: %(title)s (%(reason)s)"),
    "delegation.named": _("%(actor)s named you as delegate from %(from)s until %(until)s"),
    "delegation.confirm": _("%(actor)s named %(delegate)s as delegate: an administrator must confirm it"),
    "delegation.confirmed": _("%(actor)s confirmed the delegation to %(delegate)s"),
    "delegation.ended": _("%(actor)s ended the delegation to %(delegate)s"),
    "thing.handed_over": _("%(actor)s handed over to you: %(title)s (%(reason)s)"),
    "activity.paused": _("%(actor)s paused %(title)s (%(reason)s)"),
    "activity.units_gone": _("%(level)s%% of the stock of %(title)s is sold."),
    "activity.budget_gone": _("%(level)s%% of the budget of %(title)s is spent."),
    "template.budget_gone": _("%(level)s%% of the budget of %(title)s is issued."),
    "activity.stopped": _("%(actor)s stopped a part of %(title)s (%(reason)s)"),
}


def text_of(notice: Notice) -> str:
    template = TEXTS.get(notice.code)
    return str(template) % _readable(notice.params) if template else notice.code


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Instants as the portal's local time; a notice stores them as it does everything else, in UTC."""
    times = {name: said_time(datetime.fromisoformat(params[name])) for name in TIMES if name in params}
    return {**params, **times}


def said_time(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M}"


def notify(
    *,
    users: Iterable[int],
    code: str,
    params: Mapping[str, Any],
    request: ApprovalRequest | None = None,
    subject_type: str = "",
    subject_code: str = "",
) -> None:
    """Put one line into each inbox; a person named twice gets one."""
    Notice.objects.bulk_create(
        Notice(
            user_id=user_id,
            code=code,
            params=dict(params),
            request=request,
            subject_type=request.subject_type if request else subject_type,
            subject_code=request.subject_code if request else subject_code,
        )
        for user_id in dict.fromkeys(users)
    )


def people_with(permission: str, shop: str = "") -> list[int]:
    """Everybody active who holds `permission` and works for `shop` ("": for all of them).

    Being superuser alone makes nobody an approver to be told.
    """
    people = get_user_model().objects.with_perm(permission, include_superusers=False, backend=MODEL_BACKEND)
    return list(for_shop(people, shop).values_list("pk", flat=True))


def mark_read(*, user: AbstractBaseUser, notices: Iterable[int] | None = None) -> int:
    """Mark some or all of somebody's notices as read; the number that were not."""
    unread = Notice.objects.filter(user_id=user.pk, read_at=None)
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    return unread.update(read_at=database_now())
