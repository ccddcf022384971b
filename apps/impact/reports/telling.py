"""A report's task in words: what came of it, and where the request stands."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import jobs
from apps.impact.models.reports import ImpactReport


def tell(job: jobs.Job) -> Any:
    report = ImpactReport.objects.filter(job=job).first()
    if report is None or report.done_at is None:
        return ""
    low, skus = len(report.found["lows"]), report.found["skus"]
    if not low:
        return _("No price falls below its floor or cost.")
    return ngettext(
        "%(low)s of %(skus)s SKUs can fall below its floor or cost.",
        "%(low)s of %(skus)s SKUs can fall below their floor or cost.",
        low,
    ) % {"low": low, "skus": skus}


def page(job: jobs.Job) -> str:
    return reverse("admin:approvals_approvalrequest_change", args=[job.params["request"]])
