"""The sales and refunds behind units, money and margin, with totals that are the report's."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.sites import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog.selectors import portal
from apps.reporting.pages.asking import days_asked, days_in, reader_of, subject_of
from apps.reporting.pages.paging import PAGE, pages_of, text_in
from apps.reporting.reports.goods import Chosen, moves_of
from apps.reporting.reports.numbers import ALWAYS
from apps.reporting.reports.subjects import PLACEMENT, SHOP


def goods_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    user = reader_of(request)
    subject = subject_of(user, document, code)
    if document == PLACEMENT:
        raise Http404
    days = days_in(request) if days_asked(request) else None
    chosen = Chosen(
        days.period if days else ALWAYS,
        everywhere="everywhere" in request.GET,
        sku=text_in(request, "sku"),
        channel=text_in(request, "channel"),
    )
    pages = pages_of(request)
    rows, totals = moves_of(subject, chosen, skip=pages.skip, most=PAGE + 1)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Goods of %(name)s") % {"name": subject.name},
        "subject": subject,
        "rows": rows[:PAGE],
        "totals": totals,
        "chosen": chosen,
        "of_shop": document == SHOP,
        "days": days,
        "older": pages.older(len(rows)),
        "currency": portal().currency,
        "report_url": reverse("admin:report", args=[document, code]),
        "sees_orders": user.has_perm("orders.view_order"),
    }
    return TemplateResponse(request, "admin/reporting/goods.html", context)
