"""Reads over activities: what runs and what comes, the tabs of the list, what a storefront may see.

Where time matters the clock decides, not the status column: the sweep may be late.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.activities.lifecycle import State
from apps.activities.models import Activity
from apps.core.clock import DatabaseNow, database_now
from apps.offers.lifecycle import RUNNING, VersionState

NEXT = 10


def live_now() -> QuerySet[Activity]:
    """What prices at this moment, sessions aside; what ends first comes first."""
    now = database_now()
    running = Activity.objects.filter(status__in=[State.APPROVED, State.LIVE])
    return running.filter(starts_at__lte=now, ends_at__gt=now).order_by("ends_at", "id")


def starting_next(limit: int = NEXT) -> QuerySet[Activity]:
    """The approved ones that start soonest."""
    coming = Activity.objects.filter(status__in=[State.APPROVED, State.PAUSED], starts_at__gt=database_now())
    return coming.order_by("starts_at", "id")[:limit]


def ending_next(limit: int = NEXT) -> QuerySet[Activity]:
    return live_now()[:limit]


def paused() -> QuerySet[Activity]:
    """What somebody stopped and nobody has let go on; it needs attention until it ends."""
    return Activity.objects.filter(status=State.PAUSED, ends_at__gt=database_now()).order_by("-updated_at")


def tab(name: str, user: User) -> QuerySet[Activity]:
    """One tab of the list: mine, in_review, upcoming, running, ended."""
    now = DatabaseNow()
    running = Q(status__in=list(RUNNING))
    tabs = {
        "mine": Q(owner_id=user.pk),
        "in_review": Q(versions__state=VersionState.IN_REVIEW),
        "upcoming": running & Q(starts_at__gt=now),
        "running": running & Q(starts_at__lte=now, ends_at__gt=now),
        "ended": Q(status=State.ENDED) | running & Q(ends_at__lte=now),
    }
    return Activity.objects.filter(tabs[name])


def status_by_clock(activity: Activity, now: datetime) -> State:
    """What the status is, whether or not the sweep has said so."""
    status = State(activity.status)
    if status not in RUNNING:
        return status
    if now >= activity.ends_at:
        return State.ENDED
    if status is State.APPROVED and now >= activity.starts_at:
        return State.LIVE
    return status


def activity_for_storefront(code: str) -> Activity | None:
    """An approved or live activity with its version, as far as customers may know of it by now; else None."""
    now = database_now()
    shown_from = Q(starts_at__lte=now) | Q(visible_from__lte=now)
    found = Activity.objects.filter(
        shown_from, code=code, status__in=[State.APPROVED, State.LIVE], ends_at__gt=now
    )
    return found.select_related("current").first()
