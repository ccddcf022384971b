"""The report on the page of its request: prices too low with their offers, conflicts, raised prices, the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.approvals.admin.presenters import Report
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Sku
from apps.core.jobs.states import OPEN
from apps.impact.models.reports import ImpactReport
from apps.impact.reports.findings import Price
from apps.impact.reports.links import simulator_of
from apps.impact.reports.reading import is_stale, newest, under_way
from apps.impact.reports.starting import COMPUTE
from apps.impact.reports.subjects import document_of
from apps.pricing.money import format_percent

TEMPLATE = "admin/impact/report.html"
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One SKU too cheap; `shares` are [name, amount] of the offers in the order applied."""

    price: Price
    name: str
    shares: list[tuple[str, int]]
    url: str


def report_of(request: ApprovalRequest, reader: Any) -> Report | None:
    """None for requests that have none."""
    if not document_of(request):
        return None
    report, waiting = newest(request), under_way(request)
    if report is None and waiting is None:
        return None
    context: dict[str, Any] = {
        "report": report,
        "job": waiting.job if waiting is not None else None,
        "compute_url": _compute_url(request, waiting, reader),
    }
    if report is not None:
        context |= {"found": report.found, "stale": request.is_pending and is_stale(report)}
        context |= _tables(request, report)
    return Report(TEMPLATE, context)


def _compute_url(request: ApprovalRequest, waiting: ImpactReport | None, reader: Any) -> str:
    busy = waiting is not None and waiting.job.state in OPEN
    if busy or not request.is_pending or not reader.has_perm(COMPUTE):
        return ""
    return reverse("admin:impact_report_compute", args=[request.pk])


def _tables(request: ApprovalRequest, report: ImpactReport) -> dict[str, Any]:
    found = report.found
    prices = [Price(**one) for one in found["lows"][:MOST_SHOWN]]
    deepest = Price(**found["deepest"]) if found["deepest"] else None
    shown = [*prices, *([deepest] if deepest is not None and not prices else [])]
    wanted = {price.sku for price in shown} | {sku for sku, _now, _was in found["raised"]["skus"]}
    names = dict(Sku.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {
        "rows": [_row(request, price, names) for price in shown],
        "too_low": len(found["lows"]),
        "more": max(len(found["lows"]) - MOST_SHOWN, 0),
        "raised": [(names.get(sku) or sku, now, was) for sku, now, was in found["raised"]["skus"]],
        "mine": request.subject_code,
        "forecast": _forecast(found.get("forecast") or {}),
    }


def _row(request: ApprovalRequest, price: Price, names: dict[str, str]) -> Row:
    shares = [(name or code, amount) for code, name, amount, _coupon in price.stack]
    return Row(price, names.get(price.sku) or price.sku, shares, simulator_of(request, price))


def _forecast(found: dict[str, Any]) -> dict[str, Any]:
    return (
        {**found, "discount_percent": format_percent(found["discount_bps"])} if found.get("orders") else found
    )
