"""Sections 1 and 5: rounding, and spreading a discount over parts that have limited room."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def half_up(value: Fraction) -> int:
    """Halves go away from zero; no amount here is negative."""
    assert value >= 0
    return floor(value + Fraction(1, 2))


def spread(discount: int, nets: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """Each part's share, of at most the sum of the rooms."""
    rest = min(discount, sum(rooms))
    given = [0] * len(nets)
    among = [i for i, net in enumerate(nets) if net > 0]
    while among:
        total = sum(nets[i] for i in among)
        over = [i for i in among if Fraction(rest * nets[i], total) > rooms[i]]
        if not over:
            break
        for i in over:
            given[i] = rooms[i]
            rest -= rooms[i]
        among = [i for i in among if i not in over]
    if not among:
        assert rest == 0
        return given
    total = sum(nets[i] for i in among)
    for i in among:
        given[i] = floor(Fraction(rest * nets[i], total))
    spare = rest - sum(given[i] for i in among)
    favoured = sorted(among, key=lambda i: (-(rest * nets[i] % total), -nets[i], i))
    for i in favoured[:spare]:
        given[i] += 1
    return given
