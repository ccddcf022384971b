"""The orders behind a number, with totals that are the report's."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog.selectors import portal
from apps.offers.placements import placement_choices
from apps.orders.models.order import STATE_LABELS
from apps.reporting.pages.asking import day_in, days_asked, days_in, reader_of, subject_of
from apps.reporting.reports.numbers import ALWAYS
from apps.reporting.reports.orders import FIRST, Narrowed, orders_of, totals_of

PAGE = 50
LONGEST = 200


def narrowed_in(request: HttpRequest) -> Narrowed:
    asked = request.GET

    def text(name: str) -> str | None:
        return asked[name][:LONGEST] if name in asked and "\x00" not in asked[name] else None

    period = days_in(request).period if days_asked(request) else ALWAYS
    return Narrowed(
        since=period.since,
        until=period.until,
        day=day_in(request, "day"),
        channel=text("channel"),
        new="new" in asked,
        returned="returned" in asked,
        whole="whole" in asked,
        bearer=text("bearer"),
        sku=text("sku"),
        customer=text("customer"),
        offer=text("offer"),
        placement=text("placement"),
    )


def orders_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    user = reader_of(request)
    subject = subject_of(user, document, code)
    narrowed = narrowed_in(request)
    before = request.GET.get("before", "")
    rows = orders_of(
        subject,
        narrowed,
        before=int(before) if before.isdigit() and len(before) < 19 else FIRST,
        most=PAGE + 1,
    )
    older = {**request.GET.dict(), "before": rows[PAGE - 1].id} if len(rows) > PAGE else None
    return TemplateResponse(
        request,
        "admin/reporting/orders.html",
        {
            **site.each_context(request),
            "title": _("Orders of %(name)s") % {"name": subject.name},
            "subject": subject,
            "rows": rows[:PAGE],
            "totals": totals_of(subject, narrowed),
            "narrowed": narrowed,
            "days": days_in(request) if days_asked(request) else None,
            "placement_names": dict(placement_choices([narrowed.placement] if narrowed.placement else [])),
            "older": urlencode(older) if older else "",
            "states": STATE_LABELS,
            "currency": portal().currency,
            "report_url": reverse("admin:report", args=[document, code]),
            "every_url": reverse("admin:report_orders", args=[document, code]),
            "sees_orders": user.has_perm("orders.view_order"),
        },
    )
