"""The one rule for parts of a segment (pricing rules, section 2): splitting, single units and refunds all use it."""

from __future__ import annotations

from collections.abc import Sequence


def first_units_shares(units: int, shares: Sequence[int], taken: int) -> list[int]:
    """What the first `taken` of `units` units carry of each share, in minor units.

    With P_i = s_1 + .. + s_i the units carry T_m = taken * floor(P_m / units) + max(0, taken - (units - P_m mod
    units)) of all, and T_i = floor(T_(i+1) * P_i / P_(i+1)) of the first i; so the odd minor units of the
    discount lie on the last units.
    """
    sums = []
    running = 0
    for share in shares:
        running += share
        sums.append(running)
    if not sums:
        return []
    each, odd = divmod(running, units)
    carried = taken * each + max(0, taken - (units - odd))
    totals = [carried]
    for position in range(len(sums) - 2, -1, -1):
        following = sums[position + 1]
        carried = carried * sums[position] // following if following else 0
        totals.append(carried)
    totals.reverse()
    return [total - before for total, before in zip(totals, [0, *totals], strict=False)]
