"""What the numbers mean, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.reporting.reports.baseline import Baseline
from apps.reporting.statistics.lift import Lift, Verdict


def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return f"{share * 100:+.1f}".replace("-", "−")


def about_lift(lift: Lift) -> str:
    """Whether the data can tell, in one or two plain sentences."""
    numbers = {
        "got": f"{lift.treated.share * 100:.1f}",
        "held": f"{lift.held.share * 100:.1f}",
        "low": points(lift.buying.low),
        "high": points(lift.buying.high),
        "smallest": f"{lift.detectable * 100:.1f}",
    }
    return {
        Verdict.TOO_FEW: _(
            "The data cannot tell: too few customers or purchases for a comparison. Groups of this size would show "
            "a difference of %(smallest)s points at the least."
        ),
        Verdict.UNCLEAR: _(
            "The data cannot tell whether it made a difference: %(got)s%% of those who got it bought, %(held)s%% of "
            "those held out; the true difference lies between %(low)s and %(high)s points. Groups of this size show "
            "differences from %(smallest)s points on."
        ),
        Verdict.MORE: _(
            "It made more customers buy: %(got)s%% of those who got it, %(held)s%% of those held out. The true "
            "difference lies between %(low)s and %(high)s points."
        ),
        Verdict.LESS: _(
            "Fewer customers bought with it: %(got)s%% of those who got it, %(held)s%% of those held out. The true "
            "difference lies between %(low)s and %(high)s points."
        ),
    }[lift.verdict] % numbers


def about_baseline(baseline: Baseline) -> str:
    """Against what is compared, and that it proves no cause."""
    return _(
        "Against the average of the same weekdays before (%(spans)s, from %(first)s on). Other reasons may have moved "
        "sales, too: a baseline shows what changed, not why."
    ) % {"spans": len(baseline.earlier), "first": min(one.first for one in baseline.earlier)}
