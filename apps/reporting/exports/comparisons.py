"""Sheets of what the numbers are held against: goals, placements, the weeks before, those who were left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext

from apps.offers.placements import placement_choices
from apps.reporting.exports.amounts import money
from apps.reporting.reports.goals import progress_of
from apps.reporting.reports.report import Report
from apps.reporting.reports.telling import about_baseline, about_lift
from apps.reporting.statistics.lift import Difference

Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


def sheets_of(report: Report) -> Iterable[Sheet]:
    """(name, header, rows) of each that there is something to say in."""
    header = [gettext("Measure"), gettext("Target"), gettext("Actual"), gettext("Percent")]
    yield gettext("Goals"), header, _goals(report)
    if report.placements:
        counted = [
            gettext("Exposures"),
            gettext("Clicks"),
            gettext("Orders"),
            gettext("GMV"),
            gettext("Discount"),
            gettext("Cost"),
            gettext("Cost per order"),
        ]
        yield gettext("Placements"), [gettext("Placement"), *counted], _placements(report)
    if report.baseline:
        header = ["", gettext("Before"), gettext("During"), gettext("More")]
        yield gettext("Baseline"), header, _baseline(report)
    if report.lift:
        header = [
            "",
            gettext("Got it"),
            gettext("Held out"),
            gettext("Difference"),
            gettext("From"),
            gettext("Until"),
        ]
        yield gettext("Holdout"), header, _holdout(report)


def _goals(report: Report) -> Iterable[Sequence[Any]]:
    for goal in progress_of(report):
        yield str(goal.label), goal.target_text, goal.actual_text, goal.percent


def _placements(report: Report) -> Iterable[Sequence[Any]]:
    names = dict(placement_choices([one.placement for one in report.placements]))
    for one in report.placements:
        name = names.get(one.placement, one.placement) or gettext("not told")
        spent = [None if amount is None else money(amount) for amount in (one.cost, one.cost_per_order)]
        yield str(name), one.exposures, one.clicks, one.orders, money(one.gmv), money(one.discount), *spent


def _baseline(report: Report) -> Iterable[Sequence[Any]]:
    one = report.baseline
    assert one is not None
    yield gettext("Units of these goods"), one.units, one.during.units, one.more_units
    yield gettext("Paid for them"), money(one.net), money(one.during.net), money(one.more_net)
    yield gettext("Margin at list price"), money(one.margin), money(one.during.margin), money(one.more_margin)
    yield [about_baseline(one)]


def _holdout(report: Report) -> Iterable[Sequence[Any]]:
    """The differences with the interval that holds the true one in 95 of 100 cases."""
    one = report.lift
    assert one is not None
    got, held = one.treated, one.held
    yield gettext("Customers"), got.people, held.people
    yield gettext("Bought something"), got.buyers, held.buyers
    yield (
        f"{gettext('Bought something')} (%)",
        *_scaled([got.share, held.share], 100),
        *_spread(one.buying, 100),
    )
    unit = float(money(1))
    yield gettext("Spent, a person"), *_scaled([got.mean, held.mean], unit), *_spread(one.spending, unit)
    yield [about_lift(one)]


def _spread(difference: Difference, unit: float) -> list[float | None]:
    return _scaled([difference.value, difference.low, difference.high], unit)


def _scaled(numbers: Sequence[float], unit: float) -> list[float | None]:
    """Empty where nothing bounds it."""
    return [None if math.isinf(one) else round(one * unit, 4) for one in numbers]
