"""The report of a placement: what it showed in some days, the orders it led to, and what they cost."""

from __future__ import annotations

from django.contrib.admin.sites import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.core.jobs.models import Job
from apps.reporting.exports.job import KIND
from apps.reporting.pages.asking import days_in, reader_of, subject_of
from apps.reporting.reports.charts import bars_of
from apps.reporting.reports.placement import PlacementReport
from apps.reporting.reports.subjects import PLACEMENT


def placement_view(site: AdminSite, request: HttpRequest, code: str) -> HttpResponse:
    user = reader_of(request)
    subject = subject_of(user, PLACEMENT, code)
    days = days_in(request)
    report = PlacementReport(subject, user, days.period)
    jobs = Job.objects.filter(kind=KIND, actor=user, params__code=code, params__document=PLACEMENT)
    return TemplateResponse(
        request,
        "admin/reporting/placement.html",
        {
            **site.each_context(request),
            "title": subject.name,
            "subject": subject,
            "report": report,
            "whole": report.whole,
            "currency": report.currency,
            "chart": bars_of(report.trade),
            "days": days,
            "orders_url": f"{reverse('admin:report_orders', args=[PLACEMENT, code])}?{days.query}&",
            "thing_url": reverse(subject.page, args=[quote(subject.thing.pk)]) if subject.thing.pk else "",
            "may_export": user.has_perm("reporting.export_report"),
            "jobs": jobs.order_by("-pk")[:1],
        },
    )
