"""The statistics of the holdout, against scipy."""

import math
import random

import pytest
from scipy import stats

from apps.reporting.statistics.distributions import incomplete_beta, student_quantile, student_tail_both
from apps.reporting.statistics.lift import Group, Verdict, lift_of, means_differ, shares_differ, wilson


@pytest.mark.parametrize("freedom", [1.0, 2.7, 29.0, 480.25, 1e5, 1e9])
@pytest.mark.parametrize("probability", [0.6, 0.9, 0.975, 0.9999])
def test_quantiles_and_tails_of_student(freedom: float, probability: float) -> None:
    value = stats.t.ppf(probability, freedom)
    assert student_quantile(probability, freedom) == pytest.approx(value, rel=1e-7)
    assert student_tail_both(value, freedom) == pytest.approx(2 * (1 - probability), rel=1e-7)


@pytest.mark.parametrize(
    ("a", "b", "x"), [(0.5, 0.5, 0.1), (3, 7, 0.9), (250, 0.5, 0.99), (1, 1, 0.4), (2, 3, 0), (2, 3, 1)]
)
def test_incomplete_beta(a: float, b: float, x: float) -> None:
    from scipy.special import betainc

    assert incomplete_beta(a, b, x) == pytest.approx(betainc(a, b, x), rel=1e-10)


@pytest.mark.parametrize(("hits", "people"), [(0, 40), (3, 40), (40, 40), (12_345, 100_000)])
def test_interval_of_a_share(hits: int, people: int) -> None:
    found = stats.binomtest(hits, people).proportion_ci(0.95, method="wilson")
    assert wilson(hits, people) == pytest.approx((found.low, found.high), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_means_are_compared_as_welch_does(seed: int) -> None:
    chance = random.Random(seed)
    ours = [chance.choice([0, 0, 0, chance.randint(1_000, 90_000)]) for _ in range(400)]
    theirs = [chance.choice([0, 0, 0, 0, chance.randint(1_000, 60_000)]) for _ in range(55)]
    group, other = (
        Group(len(one), sum(v > 0 for v in one), sum(one), sum(v * v for v in one)) for one in (ours, theirs)
    )
    found, wanted = means_differ(group, other, 0.95), stats.ttest_ind(ours, theirs, equal_var=False)
    interval = wanted.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert found.chance == pytest.approx(wanted.pvalue, rel=1e-7)


@pytest.mark.parametrize(
    ("hits", "people", "others_hits", "others"), [(60, 900, 3, 100), (5, 40, 6, 41), (900, 1_000, 20, 90)]
)
def test_shares_are_compared_as_chi_square_does(
    hits: int, people: int, others_hits: int, others: int
) -> None:
    found = shares_differ(hits, people, others_hits, others, 0.95)
    table = [[hits, people - hits], [others_hits, others - others_hits]]
    assert found.chance == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)
    one, two = (
        stats.binomtest(h, n).proportion_ci(0.95, method="wilson")
        for h, n in ((hits, people), (others_hits, others))
    )
    share, other = hits / people, others_hits / others
    assert found.low == pytest.approx(found.value - math.hypot(share - one.low, two.high - other), abs=1e-12)
    assert found.high == pytest.approx(found.value + math.hypot(one.high - share, other - two.low), abs=1e-12)


def group(people: int, buyers: int) -> Group:
    return Group(people, buyers, buyers * 10_000, buyers * 10_000**2)


@pytest.mark.parametrize(
    ("treated", "held", "verdict"),
    [
        (group(9_000, 900), group(1_000, 50), Verdict.MORE),
        (group(9_000, 450), group(1_000, 100), Verdict.LESS),
        (group(9_000, 900), group(1_000, 95), Verdict.UNCLEAR),
        (group(500, 90), group(29, 0), Verdict.TOO_FEW),
        (group(500, 4), group(300, 0), Verdict.TOO_FEW),
    ],
)
def test_it_says_whether_the_data_can_tell(treated: Group, held: Group, verdict: Verdict) -> None:
    found = lift_of(treated, held)
    assert found is not None
    assert found.verdict == verdict


def test_an_empty_group_tells_nothing() -> None:
    assert lift_of(group(100, 5), group(0, 0)) is None


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Two thousand experiments whose truth is known: 12 % against 10 %."""
    chance = random.Random(7)
    hits = 0
    for _ in range(2_000):
        ours = sum(chance.random() < 0.12 for _ in range(400))
        theirs = sum(chance.random() < 0.10 for _ in range(150))
        found = shares_differ(ours, 400, theirs, 150, 0.95)
        hits += found.low <= 0.02 <= found.high
    assert 0.94 <= hits / 2_000 <= 0.965
