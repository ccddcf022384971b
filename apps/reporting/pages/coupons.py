"""The coupons behind a number: claims, uses, returns, with a count that is the report's."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.sites import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activities.events.members import CAMPAIGN, TEMPLATE
from apps.catalog.selectors import portal
from apps.coupons.models.coupon import STATE_LABELS
from apps.reporting.pages.asking import days_asked, days_in, reader_of, subject_of
from apps.reporting.pages.paging import PAGE, pages_of
from apps.reporting.reports.coupon_moves import COUNTED, OPEN, coupon_moves, coupon_totals
from apps.reporting.reports.numbers import ALWAYS
from apps.reporting.reports.subjects import EVENT

NUMBERS = {
    "issued": gettext_lazy("Coupons claimed"),
    "kept": gettext_lazy("Coupons used"),
    "used": gettext_lazy("Used"),
    "returned": gettext_lazy("Returned by refunds"),
    "expired": gettext_lazy("Expired"),
    "voided": gettext_lazy("Void"),
    OPEN: gettext_lazy("Still open"),
}
HAPPENED = {
    "issue": gettext_lazy("Issued"),
    "use": gettext_lazy("Used"),
    "return": gettext_lazy("Returned by refunds"),
    "expire": gettext_lazy("Expired"),
    "void": gettext_lazy("Void"),
}
assert NUMBERS.keys() == COUNTED.keys() | {OPEN}


def coupons_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    user = reader_of(request)
    subject = subject_of(user, document, code)
    number = request.GET.get("number", "issued")
    if document not in (TEMPLATE, CAMPAIGN, EVENT) or number not in NUMBERS:
        raise Http404
    days = days_in(request) if days_asked(request) else None
    period = days.period if days else ALWAYS
    pages = pages_of(request)
    rows = coupon_moves(subject, number, period, skip=pages.skip, most=PAGE + 1)
    count, spent = coupon_totals(subject, number, period)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Coupons of %(name)s") % {"name": subject.name},
        "subject": subject,
        "number": NUMBERS[number],
        "rows": rows[:PAGE],
        "count": count,
        "spent": spent,
        "what": STATE_LABELS if number == OPEN else HAPPENED,
        "days": days,
        "older": pages.older(len(rows)),
        "currency": portal().currency,
        "report_url": reverse("admin:report", args=[document, code]),
        "sees_coupons": user.has_perm("coupons.view_coupon"),
    }
    return TemplateResponse(request, "admin/reporting/coupons.html", context)
