"""What was wanted against what came of it, while it runs and after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.offers.documents.display import Metric
from apps.offers.forms.labels import METRIC_LABELS, MONEY_METRICS, SHARE_METRICS
from apps.pricing.money import format_money, format_percent
from apps.reporting.reports.report import Report

ACTUAL: dict[Metric, Callable[[Report], int | None]] = {
    Metric.GMV: lambda report: report.numbers.gmv,
    Metric.ORDERS: lambda report: report.numbers.kept_orders,
    Metric.UNITS: lambda report: report.numbers.kept_units,
    Metric.CUSTOMERS: lambda report: report.people.customers,
    Metric.NEW_CUSTOMERS: lambda report: report.people.came_new,
    Metric.AOV: lambda report: report.numbers.order_value,
    Metric.REDEMPTION_RATE: lambda report: report.redemption_bps,
    Metric.SELL_THROUGH: lambda report: report.sell_through_bps,
    # typed as a whole percentage
    Metric.ROI: lambda report: _percent(report.investment.bps if report.investment else None),
    Metric.MARGIN: lambda report: report.margin.amount,
}
FULL = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """One goal. `actual` None: nobody can tell yet. `expected` percent would be on the way, by the time gone."""

    metric: Metric
    target: int
    actual: int | None
    expected: int
    currency: str
    main: bool = False

    @property
    def label(self) -> Any:
        return METRIC_LABELS[self.metric]

    @property
    def percent(self) -> int | None:
        return None if self.actual is None or not self.target else self.actual * 100 // self.target

    @property
    def width(self) -> int:
        return max(0, min(FULL, self.percent or 0))

    @property
    def reached(self) -> bool:
        return self.actual is not None and self.actual >= self.target

    @property
    def behind(self) -> bool:
        return not self.reached and (self.percent or 0) < self.expected

    @property
    def target_text(self) -> str:
        return in_words(self.metric, self.target, self.currency)

    @property
    def actual_text(self) -> str:
        return "–" if self.actual is None else in_words(self.metric, self.actual, self.currency)


def progress_of(report: Report) -> list[Progress]:
    """Every goal of the document, the main one first."""
    gone = _time_gone(report)
    return [
        Progress(
            Metric(goal["metric"]),
            goal["target"],
            ACTUAL[Metric(goal["metric"])](report),
            # a rate is expected from the first day on
            gone if Metric(goal["metric"]) not in SHARE_METRICS | {Metric.AOV, Metric.ROI} else FULL,
            report.currency,
            main=number == 0,
        )
        for number, goal in enumerate(report.subject.content.get("goals") or [])
    ]


def in_words(metric: Metric, value: int, currency: str) -> str:
    if metric in MONEY_METRICS:
        return format_money(value, currency)
    if metric in SHARE_METRICS:
        return format_percent(value)
    return f"{value:,}%" if metric == Metric.ROI else f"{value:,}"


def _time_gone(report: Report) -> int:
    """How much of its time is over, in percent."""
    starts_at, ends_at = report.subject.starts_at, report.subject.ends_at
    if starts_at is None or ends_at is None or report.now >= ends_at:
        return FULL
    return max(0, round(FULL * ((report.now - starts_at) / (ends_at - starts_at))))


def _percent(bps: int | None) -> int | None:
    return None if bps is None else round(bps / 100)
