"""What a bench reports, and how samples become a figure: the median, with the range it lies in."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `low` and `high` are its range (5th and 95th percentile, or smallest and largest round)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    aim: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A figure that could not be taken here, and why."""

    name: str
    reason: str


Result = Measure | LeftOut


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that `share` of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def median(name: str, samples: Sequence[float], aim: str = "", note: str = "") -> Measure:
    low, high = percentile(samples, 0.05), percentile(samples, 0.95)
    return Measure(name, statistics.median(samples), low, high, aim, note)


def p99(name: str, samples: Sequence[float], aim: str = "") -> Measure:
    return Measure(name, percentile(samples, 0.99), aim=aim, note=f"{len(samples)} samples")


def ratio(name: str, rounds: Sequence[float], aim: str = "", note: str = "") -> Measure:
    """A ratio that was taken anew in every round."""
    return Measure(name, statistics.median(rounds), min(rounds), max(rounds), aim, note)
