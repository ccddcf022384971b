"""Normal and Student distributions, as far as intervals need them."""

from __future__ import annotations

import math
from statistics import NormalDist

NORMAL = NormalDist()
CLOSE = 1e-15
MOST_STEPS = 300
TINY = 1e-300
# Beyond that many degrees of freedom Student's is the normal one to all digits that matter.
LARGE = 1e7


def normal_tail_both(z: float) -> float:
    """The chance of a value at least as far from 0 as `z`, on either side."""
    return math.erfc(abs(z) / math.sqrt(2))


def student_tail_both(t: float, freedom: float) -> float:
    """The same for Student's distribution."""
    if freedom > LARGE:
        return normal_tail_both(t)
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def student_quantile(probability: float, freedom: float) -> float:
    """The value below which lies `probability` (above one half) of Student's distribution, by halving."""
    if freedom > LARGE:
        return NORMAL.inv_cdf(probability)
    wanted = 2 * (1 - probability)
    low, high = 0.0, 1.0
    while student_tail_both(high, freedom) > wanted:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if student_tail_both(middle, freedom) > wanted:
            low = middle
        else:
            high = middle
        if high - low <= CLOSE * high:
            break
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction where that converges fast."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's way of evaluating the continued fraction from the front."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, MOST_STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            change = c * d
            value *= change
        if abs(change - 1) < CLOSE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
