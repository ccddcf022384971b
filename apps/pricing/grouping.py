"""Which candidates can change each other's outcome: those groups are decided apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.candidate import Candidate
from apps.pricing.layers import Layer


@dataclass(slots=True)
class _Cluster:
    """Candidates, by position, that meet directly or through others; `points` is the union of their meeting points."""

    points: int
    members: list[int]


def interacting_groups(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Groups in the order of application, every candidate in one.

    Two interact when they reach a common line, share a mutex, clash as coupons, or both concern the shipping
    fee.
    """
    clusters: list[_Cluster] = []
    meetings = _MeetingPoints(candidates)
    seen = 0
    for index, candidate in enumerate(candidates):
        points = meetings.of(candidate)
        if not points & seen:
            clusters.append(_Cluster(points, [index]))
            seen |= points
            continue
        seen |= points
        merged = _Cluster(points, [])
        apart = []
        for cluster in clusters:
            if cluster.points & points:
                merged.points |= cluster.points
                merged.members += cluster.members
            else:
                apart.append(cluster)
        merged.members.append(index)
        clusters = [*apart, merged]
    groups = sorted(sorted(cluster.members) for cluster in clusters)
    return [[candidates[index] for index in members] for members in groups]


class _MeetingPoints:
    """Meeting points as bits: the cart's lines, then the fee, mutexes and coupon layers as they come."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._bits: dict[object, int] = {}
        lines = 0
        for candidate in candidates:
            lines |= candidate.lines
        self._next = 1 << lines.bit_length()

    def of(self, candidate: Candidate) -> int:
        offer = candidate.offer
        points = candidate.lines
        if offer.mutex is not None:
            points |= self._bit(("mutex", offer.mutex))
        if offer.layer is Layer.SHIPPING:
            points |= self._bit("shipping")
        elif offer.is_coupon:
            points |= self._bit((offer.layer, offer.shop))
        return points

    def _bit(self, point: object) -> int:
        bit = self._bits.get(point)
        if bit is None:
            bit = self._bits[point] = self._next
            self._next <<= 1
        return bit
