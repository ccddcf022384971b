"""How far a forecast may be off: days of the past drawn anew, as many as the forecast is about. Pure.

Whole days are drawn, not orders, as orders of one day rise and fall together. The interval says what the days that were
replayed differ by; that people buy otherwise because of an offer is not in it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

DRAWS = 1_000
#: of the sums drawn, how many lie below the interval, and as many above, in percent
TAIL = 5
#: with fewer days there is nothing to draw from
LEAST_DAYS = 7
SEED = 20_261_111


def interval(days: Sequence[int], length: float) -> tuple[int, int] | None:
    """Between which sums nine of ten draws of `length` days lie; None where too few days are known.

    A part of a day counts as that part of a day drawn.
    """
    if len(days) < LEAST_DAYS or length <= 0:
        return None
    chance = random.Random(SEED)  # noqa: S311 - statistics: the same report for the same past
    whole, part = int(length), length - int(length)
    sums = sorted(
        sum(chance.choices(days, k=whole)) + round(chance.choice(days) * part) for _draw in range(DRAWS)
    )
    cut = DRAWS * TAIL // 100
    return sums[cut], sums[-cut - 1]


def expected(days: Sequence[int], length: float) -> int:
    """The mean day, times the days."""
    return round(sum(days) * length / len(days)) if days else 0
