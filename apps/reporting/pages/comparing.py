"""Two to four things beside each other, line by line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.activities.events.members import ACTIVITY
from apps.offers.documents.display import Metric
from apps.offers.forms.labels import METRIC_LABELS
from apps.pricing.money import format_money, format_percent
from apps.reporting.pages.asking import reader_of, subject_of
from apps.reporting.reports.charts import bars_of
from apps.reporting.reports.goals import progress_of
from apps.reporting.reports.report import Report
from apps.reporting.reports.subjects import LABELS

LEAST, MOST = 2, 4


def compare_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    document = request.GET.get("of", ACTIVITY)
    codes = list(dict.fromkeys(request.GET.getlist("code")))
    if document not in LABELS or not LEAST <= len(codes) <= MOST:
        messages.error(request, _("Choose two to four of a kind to compare."))
        return HttpResponseRedirect(reverse("admin:reports"))
    reports = [Report(subject_of(user, document, code)) for code in codes]
    return TemplateResponse(
        request,
        "admin/reporting/compare.html",
        {
            **site.each_context(request),
            "title": _("Comparison"),
            "reports": reports,
            "rows": rows_of(reports),
            "charts": [(report, bars_of(report.days)) for report in reports],
            "currency": reports[0].currency,
        },
    )


def rows_of(reports: list[Report]) -> list[tuple[Any, list[str], int | None]]:
    """(measure, what each has, the place of the best); None where nothing is comparable."""
    money: Callable[[int], str] = lambda amount: format_money(amount, reports[0].currency)  # noqa: E731
    count: Callable[[int], str] = lambda number: f"{number:,}"  # noqa: E731
    measures: list[tuple[Any, Callable[[Report], int | None], Callable[[int], str], bool]] = [
        (_("GMV"), lambda r: r.numbers.gmv, money, True),
        (_("Orders"), lambda r: r.numbers.kept_orders, count, True),
        (_("Units"), lambda r: r.numbers.kept_units, count, True),
        (METRIC_LABELS[Metric.AOV], lambda r: r.numbers.order_value, money, True),
        (_("Customers"), lambda r: r.people.customers, count, True),
        (_("New customers"), lambda r: r.people.came_new, count, True),
        (_("Discount"), lambda r: r.discount, money, False),
        (_("Cost per new customer"), lambda r: r.cost_per_new, money, False),
        (_("Margin"), lambda r: r.margin.amount, money, True),
        (
            _("Return on investment"),
            lambda r: r.investment.bps if r.investment else None,
            format_percent,
            True,
        ),
        (_("Main goal reached"), _main_goal, lambda percent: f"{percent}%", True),
    ]
    rows = []
    for label, ask, write, more_is_better in measures:
        values = [ask(report) for report in reports]
        known = [value for value in values if value is not None]
        best = None
        if len(known) > 1 and len(set(known)) > 1:
            best = values.index(max(known) if more_is_better else min(known))
        rows.append((label, ["–" if value is None else write(value) for value in values], best))
    return rows


def _main_goal(report: Report) -> int | None:
    goals = progress_of(report)
    return goals[0].percent if goals else None
