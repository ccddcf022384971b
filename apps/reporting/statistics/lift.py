"""The effect of an offer: those who got it against those who were held out, as shares and as means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from apps.reporting.statistics.distributions import (
    NORMAL,
    normal_tail_both,
    student_quantile,
    student_tail_both,
)

CONFIDENCE = 0.95
POWER = 0.8
# Fewer than that in a group, or fewer buyers in both together: nothing is said.
LEAST_PEOPLE = 30
LEAST_BUYERS = 5


class Verdict(StrEnum):
    """Whether the data can tell."""

    TOO_FEW = "too_few"
    UNCLEAR = "unclear"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Group:
    """People of one group: how many, how many of them bought, what they paid in all and its sum of squares."""

    people: int
    buyers: int
    amount: int
    squares: int

    @property
    def share(self) -> float:
        return self.buyers / self.people if self.people else 0.0

    @property
    def mean(self) -> float:
        return self.amount / self.people if self.people else 0.0

    @property
    def variance(self) -> float:
        """Of the amounts of single people, buyers or not; computed in whole numbers, so nothing cancels."""
        if self.people < 2:
            return 0.0
        return (self.people * self.squares - self.amount**2) / (self.people * (self.people - 1))


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated less held out, with its interval, and how likely a difference this large is by chance alone."""

    value: float
    low: float
    high: float
    chance: float

    @property
    def verdict(self) -> Verdict:
        if self.low > 0:
            return Verdict.MORE
        return Verdict.LESS if self.high < 0 else Verdict.UNCLEAR


@dataclass(frozen=True, slots=True)
class Lift:
    """`buying` is of shares (0.01 is one point), `spending` of minor units a person."""

    treated: Group
    held: Group
    buying: Difference
    spending: Difference
    detectable: float

    @property
    def verdict(self) -> Verdict:
        few = min(self.treated.people, self.held.people) < LEAST_PEOPLE
        if few or self.treated.buyers + self.held.buyers < LEAST_BUYERS:
            return Verdict.TOO_FEW
        return self.buying.verdict

    @property
    def incremental_amount(self) -> float:
        """What the treated paid beyond what they would have paid, by the difference of the means."""
        return self.spending.value * self.treated.people


def lift_of(treated: Group, held: Group, confidence: float = CONFIDENCE) -> Lift | None:
    """None where a group is empty."""
    if not treated.people or not held.people:
        return None
    return Lift(
        treated,
        held,
        shares_differ(treated.buyers, treated.people, held.buyers, held.people, confidence),
        means_differ(treated, held, confidence),
        detectable(treated, held, confidence),
    )


def wilson(hits: int, people: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share by Wilson's score."""
    z = NORMAL.inv_cdf(0.5 + confidence / 2)
    share, z2 = hits / people, z * z
    centre = share + z2 / (2 * people)
    half = z * math.sqrt(share * (1 - share) / people + z2 / (4 * people * people))
    low, high = ((centre + sign * half) / (1 + z2 / people) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def shares_differ(hits: int, people: int, other_hits: int, others: int, confidence: float) -> Difference:
    """Newcombe's interval of two shares (from Wilson's of each), and the pooled test of their being equal."""
    share, other = hits / people, other_hits / others
    (low, high), (other_low, other_high) = (
        wilson(hits, people, confidence),
        wilson(other_hits, others, confidence),
    )
    value = share - other
    pooled = (hits + other_hits) / (people + others)
    error = math.sqrt(pooled * (1 - pooled) * (1 / people + 1 / others))
    return Difference(
        value,
        value - math.hypot(share - low, other_high - other),
        value + math.hypot(high - share, other - other_low),
        normal_tail_both(value / error) if error else 1.0,
    )


def means_differ(treated: Group, held: Group, confidence: float) -> Difference:
    """Welch's interval and test: the groups need not scatter alike."""
    value = treated.mean - held.mean
    one, two = treated.variance / treated.people, held.variance / held.people
    if not one + two or min(treated.people, held.people) < 2:
        return Difference(value, -math.inf, math.inf, 1.0)
    freedom = (one + two) ** 2 / (one**2 / (treated.people - 1) + two**2 / (held.people - 1))
    error = math.sqrt(one + two)
    half = student_quantile(0.5 + confidence / 2, freedom) * error
    return Difference(value, value - half, value + half, student_tail_both(value / error, freedom))


def detectable(treated: Group, held: Group, confidence: float = CONFIDENCE, power: float = POWER) -> float:
    """The smallest difference of shares that groups of this size would show four times out of five."""
    base = (treated.buyers + held.buyers) / (treated.people + held.people)
    spread = math.sqrt(base * (1 - base) * (1 / treated.people + 1 / held.people))
    return (NORMAL.inv_cdf(0.5 + confidence / 2) + NORMAL.inv_cdf(power)) * spread
