"""Which candidates can change each other's outcome: those groups are decided apart."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.candidate import Candidate
from apps.pricing.layers import Layer


def interacting_groups(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Groups in the order of application, every candidate in one.

    Two interact when they reach a common line, share a mutex, clash as coupons, or both concern the shipping fee.
    """
    parents = list(range(len(candidates)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    first_at: dict[object, int] = {}
    for index, candidate in enumerate(candidates):
        for point in _meeting_points(candidate):
            other = first_at.setdefault(point, index)
            if other != index:
                parents[root(index)] = root(other)
    groups: dict[int, list[Candidate]] = {}
    for index, candidate in enumerate(candidates):
        groups.setdefault(root(index), []).append(candidate)
    return list(groups.values())


def _meeting_points(candidate: Candidate) -> list[object]:
    """Lines (as bits), the mutex, the fee, the coupon layer: candidates that share one of these interact."""
    offer = candidate.offer
    points: list[object] = []
    lines = candidate.lines
    while lines:
        low = lines & -lines
        points.append(low)
        lines ^= low
    if offer.mutex is not None:
        points.append(("mutex", offer.mutex))
    if offer.layer is Layer.SHIPPING:
        points.append("shipping")
    elif offer.is_coupon:
        points.append((offer.layer, offer.shop))
    return points
