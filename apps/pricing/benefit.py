"""What an offer would give on the segments open to it, before any of it is booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.pricing.segment import Run

#: Units discounted together: (discount to be spread over the runs, the runs, how many such groups lie in
#: the same runs).
Group = tuple[int, Sequence[Run], int]


@dataclass(frozen=True, slots=True)
class Gift:
    sku: str
    quantity: int

    def to_json(self) -> dict[str, object]:
        return {"sku": self.sku, "quantity": self.quantity}


@dataclass(frozen=True, slots=True)
class RewardCoupon:
    template: str
    quantity: int

    def to_json(self) -> dict[str, object]:
        return {"template": self.template, "quantity": self.quantity}


@dataclass(frozen=True, slots=True)
class Rewards:
    """What a tier gives besides money off."""

    gifts: tuple[Gift, ...] = ()
    coupons: tuple[RewardCoupon, ...] = ()
    points: int = 0

    def __bool__(self) -> bool:
        return bool(self.gifts or self.coupons or self.points)


NO_REWARDS = Rewards()


class Benefit:
    """Either one discount over whole segments (`groups` is None), or groups of single units; and rewards.

    `discount` is the sum in minor units before `min_price` takes its part; `uncapped` what it would be without
    the kind's own caps (`max`, `max_times` don't count as amounts refused unless they cut the money).
    """

    __slots__ = ("discount", "groups", "rewards", "uncapped")

    def __init__(
        self,
        discount: int,
        groups: Sequence[Group] | None = None,
        rewards: Rewards = NO_REWARDS,
        uncapped: int | None = None,
    ) -> None:
        self.discount = discount
        self.groups = groups
        self.rewards = rewards
        self.uncapped = discount if uncapped is None else uncapped


class Refusal:
    """Why an offer gives nothing here: a reason code and its numbers (`gap` in minor units or pieces)."""

    __slots__ = ("numbers", "reason")

    def __init__(self, reason: str, **numbers: object) -> None:
        self.reason = reason
        self.numbers = numbers


def full_groups(runs: Sequence[Run], size: int) -> list[tuple[int, list[Run]]]:
    """Runs cut into full groups of `size` units, in order: (how many alike, runs of one). The rest is left out.

    Cost grows with the number of runs, not of units.
    """
    groups: list[tuple[int, list[Run]]] = []
    pending: list[Run] = []
    have = 0
    for amount, segment, units in runs:
        if have:
            taken = min(size - have, units)
            pending.append((amount, segment, taken))
            have += taken
            units -= taken
            if have < size:
                continue
            groups.append((1, pending))
            pending, have = [], 0
        times, left = divmod(units, size)
        if times:
            groups.append((times, [(amount, segment, size)]))
        if left:
            pending, have = [(amount, segment, left)], left
    return groups
