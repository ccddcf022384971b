"""The page of the next big start."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from apps.core.clock import database_now
from apps.core.forms.local_time import parse_local, write_local
from apps.impact.starts.looking import biggest, instants, start_at

MAY = "activities.view_activity"


def starts_view(admin_site: AdminSite, request: HttpRequest) -> HttpResponse:
    """`?at=` chooses an instant; else the biggest of those ahead."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    now = database_now()
    found = instants(now, request.user)
    chosen = _asked(request.GET.get("at", "")) or (top.at if (top := biggest(found)) else None)
    zone = ZoneInfo(settings.TIME_ZONE)
    page: dict[str, Any] = {
        **admin_site.each_context(request),
        "title": _("Mass start"),
        "now": now,
        "instants": [(one, write_local(one.at, zone), one.at == chosen) for one in found],
        "start": start_at(chosen, request.user) if chosen is not None else None,
        "command": f"./run manage rehearse_start --at {write_local(chosen, zone)!r}" if chosen else "",
    }
    return TemplateResponse(request, "admin/impact/starts.html", page)


def _asked(text: str) -> datetime | None:
    try:
        return parse_local(text.strip(), ZoneInfo(settings.TIME_ZONE)) if text.strip() else None
    except ValidationError:
        return None
