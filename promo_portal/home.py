"""The home page: what waits for me, what sells and what is odd about it, what starts next, and the emergency brakes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext

from apps.accounts.models import User
from apps.accounts.scope import shops_of, visible
from apps.activities.models import Activity
from apps.core.clock import database_now
from apps.impact.patrol.board import MAY as MAY_ALERTS
from apps.impact.patrol.board import alerts_context
from apps.offers.documents.activity import ACTIVITY_KINDS
from apps.pricing.kinds import KINDS
from apps.pricing.layers import Layer
from apps.reporting.watch.board import MAY
from apps.reporting.watch.readiness import starting_soon
from apps.reporting.watch.views import board_context, rungs_for
from promo_portal.waiting import SOON, waiting_of


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold's index gets besides its own."""
    user = request.user
    if not isinstance(user, User):
        return context
    now = database_now()
    page = {
        **context,
        "groups": _groups(context),
        **(alerts_context(request) if user.has_perm(MAY_ALERTS) else {}),
        "title": gettext("Home"),
        "kinds": _kinds(user),
        "now": now,
        "tasks": waiting_of(user, now),
    }
    if not user.has_perm(MAY):
        return page
    return {
        **page,
        **board_context(request),
        "reads": True,
        "soon": now + SOON,
        "starts": starting_soon(now, user),
        "rungs": rungs_for(request),
        "any_activity": visible(user, Activity.objects.all()).exists(),
    }


def _groups(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The sidebar's groups with what this person may see, without the page they stand on."""
    home = reverse("admin:index")
    seen = [
        {**group, "items": [one for one in group["items"] if one["has_permission"] and one["link"] != home]}
        for group in context.get("sidebar_navigation", ())
    ]
    return [group for group in seen if group["items"]]


def _kinds(user: User) -> Iterable[dict[str, str]]:
    """A link for a new activity of each kind, for who may make one."""
    if not user.has_perm("activities.add_activity"):
        return []
    add = reverse("admin:activities_activity_add")
    language = get_language() or ""
    offered = [code for code in ACTIVITY_KINDS if shops_of(user) is None or Layer.SHOP in KINDS[code].layers]
    return [{"label": KINDS[code].label(language), "url": f"{add}?kind={code}"} for code in offered]
