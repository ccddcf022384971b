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
from apps.reporting.pages.asking import Days, day_in, days_asked, days_in, reader_of, subject_of
from apps.reporting.pages.paging import PAGE, text_in
from apps.reporting.reports.numbers import ALWAYS
from apps.reporting.reports.orders import FIRST, Narrowed, orders_of, totals_of
from apps.reporting.reports.parties import brand_names
from apps.reporting.reports.refunds import refunds_of

GROUPS = ("got", "held")


def narrowed_in(request: HttpRequest) -> Narrowed:
    asked = request.GET
    group = asked.get("group", "")
    period = days_in(request).period if days_asked(request) else ALWAYS
    return Narrowed(
        since=period.since,
        until=period.until,
        day=day_in(request, "day"),
        channel=text_in(request, "channel"),
        new="new" in asked,
        returned="returned" in asked,
        whole="whole" in asked,
        bearer=text_in(request, "bearer"),
        sku=text_in(request, "sku"),
        customer=text_in(request, "customer"),
        offer=text_in(request, "offer"),
        placement=text_in(request, "placement"),
        kept="kept" in asked,
        group=group if group in GROUPS else None,
    )


def orders_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    user = reader_of(request)
    subject = subject_of(user, document, code)
    narrowed = narrowed_in(request)
    before = request.GET.get("before", "")
    rows = orders_of(
        subject,
        narrowed,
        before=int(before) if before.isdecimal() and len(before) < 19 else FIRST,
        most=PAGE + 1,
    )
    totals = totals_of(subject, narrowed)
    refunds, back = None, None
    if (span := _span(narrowed, request)) and subject.offers:
        refunds, back = refunds_of(subject, narrowed, span.period)
    older = {**request.GET.dict(), "before": rows[PAGE - 1].id} if len(rows) > PAGE else None
    return TemplateResponse(
        request,
        "admin/reporting/orders.html",
        {
            **site.each_context(request),
            "title": _("Orders of %(name)s") % {"name": subject.name},
            "subject": subject,
            "rows": rows[:PAGE],
            "totals": totals,
            "refunds": refunds,
            "back": back,
            "remains": totals.goods - back.amount if back else None,
            "narrowed": narrowed,
            "brands": brand_names([narrowed.bearer or ""]),
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


def _span(narrowed: Narrowed, request: HttpRequest) -> Days | None:
    """The days that the page is about; None: as long as there are orders."""
    if narrowed.day is not None:
        return Days(narrowed.day, narrowed.day)
    return days_in(request) if days_asked(request) else None
