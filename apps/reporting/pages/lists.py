"""All activities, templates, campaigns, events, shops or placements of some days, side by side."""

from __future__ import annotations

from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.scope import shops_of
from apps.activities.events.members import ACTIVITY
from apps.catalog.selectors import portal
from apps.offers.placements import placement_choices
from apps.reporting.models import About
from apps.reporting.pages.asking import days_in, reader_of
from apps.reporting.reports.charts import bars_of
from apps.reporting.reports.listing import lines_of
from apps.reporting.reports.numbers import by_bearer, days_of
from apps.reporting.reports.parties import brand_names
from apps.reporting.reports.shown import shown_in
from apps.reporting.reports.subjects import LABELS, PLACEMENT

TABS = {**LABELS, PLACEMENT: _("Placements")}


def list_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    document = request.GET.get("of", ACTIVITY)
    document = document if document in TABS else ACTIVITY
    days = days_in(request)
    page = int(request.GET.get("p", "0")) if request.GET.get("p", "0").isdecimal() else 0
    query = request.GET.get("q", "").strip()[:100]
    of_placements = document == PLACEMENT
    shown = shown_in(user, days.period, query) if of_placements else []
    lines, more = (
        ([], False) if of_placements else lines_of(user, document, days.period, min(page, 10_000), query)
    )
    whole = days_of(About.ALL, [""], days.period) if shops_of(user) is None else []
    bearers = by_bearer(None, days.period) if whole else []
    return TemplateResponse(
        request,
        "admin/reporting/list.html",
        {
            **site.each_context(request),
            "title": gettext("Reports"),
            "tabs": TABS.items(),
            "of_placements": of_placements,
            "shown": shown,
            "placement_names": dict(placement_choices({one.placed.placement for one in shown}))
            if shown
            else {},
            "document": document,
            "lines": lines,
            "more": more,
            "page": page,
            "days": days,
            "query": query,
            "currency": portal().currency,
            "whole": whole,
            "bearers": bearers,
            "brands": brand_names(party for party, _borne, _back in bearers),
            "chart": bars_of(whole),
        },
    )
