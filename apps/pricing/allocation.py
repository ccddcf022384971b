"""Spreading a discount over parts (pricing rules, section 5): proportional, within each part's room, largest
remainders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.pricing.segment import Run


def spread(discount: int, nets: Sequence[int], rooms: Sequence[int] | None = None) -> list[int]:
    """Shares of `discount` for parts with these nets and rooms (0 <= room <= net; None: the nets), in minor
    units.

    The discount is first capped at the sum of the rooms; then the shares sum to it exactly and none exceeds its
    room.
    """
    total = sum(nets)
    if rooms is None:
        return _spread_evenly(min(discount, total), total, nets) if total else [0] * len(nets)
    shares = [0] * len(nets)
    discount = min(discount, sum(rooms))
    active = [i for i, net in enumerate(nets) if net]
    while discount > 0:
        full = [i for i in active if discount * nets[i] > rooms[i] * total]
        if not full:
            break
        for i in full:
            shares[i] = rooms[i]
            discount -= rooms[i]
            total -= nets[i]
        active = [i for i in active if i not in full]
    return _largest_remainders(discount, total, active, nets, shares) if discount > 0 else shares


def _largest_remainders(
    discount: int, total: int, active: Sequence[int], nets: Sequence[int], shares: list[int]
) -> list[int]:
    """Floors first; the minor units that remain go one each to the largest remainders; tie: larger net, then
    earlier."""
    if not total:
        return shares
    left = discount
    remainders = []
    for i in active:
        share, remainder = divmod(discount * nets[i], total)
        shares[i] = share
        left -= share
        remainders.append((-remainder, -nets[i], i))
    if left:
        remainders.sort()
        for _, _, i in remainders[:left]:
            shares[i] += 1
    return shares


def _spread_evenly(discount: int, total: int, nets: Sequence[int]) -> list[int]:
    """The same over all parts."""
    numerators = [discount * net for net in nets]
    shares = [numerator // total for numerator in numerators]
    left = discount - sum(shares)
    if left:
        ranks = [(numerator % total, net) for numerator, net in zip(numerators, nets, strict=True)]
        # A stable sort: of equal ranks the earlier part comes first.
        for i in sorted(range(len(nets)), key=ranks.__getitem__, reverse=True)[:left]:
            shares[i] += 1
    return shares


def spread_freely(discount: int, runs: Sequence[Run]) -> list[int]:
    """The same for runs of alike units without any `min_price`, so that a unit's room is its net; sums per run."""
    total = sum([amount * units for amount, _, units in runs])
    left = discount = min(discount, total)
    if not left:
        return [0] * len(runs)
    shares = []
    remainders = []
    for i, (amount, _, units) in enumerate(runs):
        share, remainder = divmod(discount * amount, total)
        left -= share * units
        remainders.append((-remainder, -amount, i))
        shares.append(share * units)
    if left:
        remainders.sort()
        for _, _, i in remainders:
            extra = min(left, runs[i][2])
            shares[i] += extra
            left -= extra
            if not left:
                break
    return shares


def spread_runs(
    discount: int, nets: Sequence[int], counts: Sequence[int], rooms: Sequence[int] | None = None
) -> list[int]:
    """The same for runs of alike units: `counts[i]` units of net `nets[i]` and room `rooms[i]` each; sums per run."""
    shares = [0] * len(nets)
    total = 0
    for net, count in zip(nets, counts, strict=True):
        total += net * count
    active: Sequence[int] = range(len(nets))
    if rooms is None:
        discount = min(discount, total)
    else:
        discount = min(discount, sum([room * count for room, count in zip(rooms, counts, strict=True)]))
        active = [i for i in active if nets[i]]
    while rooms is not None and discount > 0:
        full = [i for i in active if discount * nets[i] > rooms[i] * total]
        if not full:
            break
        for i in full:
            shares[i] = rooms[i] * counts[i]
            discount -= shares[i]
            total -= nets[i] * counts[i]
        active = [i for i in active if i not in full]
    if discount <= 0:
        return shares
    left = discount
    remainders = []
    for i in active:
        share, remainder = divmod(discount * nets[i], total)
        shares[i] = share * counts[i]
        left -= shares[i]
        remainders.append((-remainder, -nets[i], i))
    if left:
        remainders.sort()
        for _, _, i in remainders:
            extra = min(left, counts[i])
            shares[i] += extra
            left -= extra
            if not left:
                break
    return shares
