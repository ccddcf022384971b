"""The home page: what waits for me, what is live, what starts and what ends next, and where to begin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from apps.accounts.models import User
from apps.activities.lifecycle import State
from apps.activities.models import Activity
from apps.activities.selectors import ending_next, live_now, paused, starting_next
from apps.approvals.selectors import waiting_for
from apps.core.clock import database_now
from apps.offers.documents.activity import ACTIVITY_KINDS
from apps.pricing.kinds import KINDS

SHOWN = 6


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold's index gets besides its own."""
    user = request.user
    if not isinstance(user, User):
        return context
    reads = user.has_perm("activities.view_activity")
    return {
        **context,
        "title": gettext("Home"),
        "now": database_now(),
        "tasks": _tasks(user) if reads else None,
        "columns": _columns() if reads else None,
        "kinds": _kinds(user),
        "any_activity": reads and Activity.objects.exists(),
    }


def _tasks(user: User) -> dict[str, Any]:
    """What this person can do something about now."""
    waiting = list(waiting_for(user)[: SHOWN + 1])
    drafts = _mine(user, State.DRAFT)
    stopped = list(paused()[:SHOWN])
    return {
        "waiting": waiting[:SHOWN],
        "more": len(waiting) > SHOWN,
        "drafts": drafts,
        "paused": stopped,
        "count": waiting_for(user).order_by().count() + len(drafts) + len(stopped),
    }


def _mine(user: User, state: State) -> list[Activity]:
    """A person's own drafts; only who may submit them has something to do there."""
    if not user.has_perm("activities.submit_activity"):
        return []
    return list(Activity.objects.filter(owner=user, status=state).order_by("-updated_at")[:SHOWN])


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "live", "rows": list(live_now().order_by("-starts_at", "id")[:SHOWN])},
        {"key": "next", "rows": list(starting_next(SHOWN))},
        {"key": "ending", "rows": list(ending_next(SHOWN))},
    ]


def _kinds(user: User) -> Iterable[dict[str, str]]:
    """A link for a new activity of each kind, for who may make one."""
    if not user.has_perm("activities.add_activity"):
        return []
    add = reverse("admin:activities_activity_add")
    language = get_language() or ""
    return [{"label": KINDS[code].label(language), "url": f"{add}?kind={code}"} for code in ACTIVITY_KINDS]
