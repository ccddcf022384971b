"""Starts an export; the page of the task shows how far it is and has the file."""

from __future__ import annotations

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from apps.reporting.exports.job import FORMATS, start_export
from apps.reporting.pages.asking import days_about, reader_of, subject_of
from apps.reporting.reports.numbers import ALWAYS
from apps.reporting.reports.subjects import PLACEMENT


def export_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = reader_of(request)
    if not user.has_perm("reporting.export_report"):
        raise PermissionDenied
    subject = subject_of(user, document, code)
    # of a placement there is no workbook, its orders are all there is
    wanted = "csv" if document == PLACEMENT else request.POST.get("format", "")
    days = days_about(request, subject)
    start_export(
        subject=subject,
        format=wanted if wanted in FORMATS else "xlsx",
        actor=user,
        period=days.period if days else ALWAYS,
    )
    query = f"?{days.query}" if days else ""
    return HttpResponseRedirect(reverse("admin:report", args=[document, code]) + f"{query}#pr-export")
