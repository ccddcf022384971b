"""The open alerts on the home page, fresh while somebody looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Min, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.scope import shops_of, visible
from apps.impact.lifecycle import AlertState
from apps.impact.models.alerts import Alert, AlertGood
from apps.orders.simulator.waterfall import names_of

MAY = "impact.view_alert"
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Row:
    alert: Alert
    names: str
    goods: int
    lowest: int


def alerts_context(request: HttpRequest) -> dict[str, Any]:
    """Three statements, whatever is open; the gravest first, then the newest."""
    found = visible(request.user, Alert.objects.filter(state=AlertState.OPEN))
    theirs = goods_for(request.user)
    lowest = Min(F("goods__amount") / F("goods__units"), filter=theirs)
    ranked = found.annotate(n=Count("goods", filter=theirs), lowest=lowest)
    alerts: list[Any] = list(ranked.order_by("severity", "-id")[:SHOWN])
    names = names_of({code for alert in alerts for code in alert.offers})
    rows = [
        Row(alert, " + ".join(names.get(code, code) for code in alert.offers), alert.n, alert.lowest or 0)
        for alert in alerts
    ]
    return {
        "alert_rows": rows,
        "alert_count": found.count() if len(rows) == SHOWN else len(rows),
        "alerts_url": reverse("admin:impact_alert_rows"),
        "alert_seconds": settings.WATCH_SECONDS,
    }


def goods_for(user: Any) -> Q | None:
    """Of an alert's `goods` those that this person may read; None: all of them."""
    if shops_of(user) is None:
        return None
    return Q(goods__in=visible(user, AlertGood.objects.all()).values("pk"))


def board_view(request: HttpRequest) -> HttpResponse:
    """Only the rows, to be put in place by the page."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    answer = TemplateResponse(request, "admin/impact/alert_rows.html", alerts_context(request))
    answer["Cache-Control"] = "no-store"
    return answer
