"""Section 4: what a set of offers has given so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle.model import Offer
from tests.oracle.parts import Segment


@dataclass(frozen=True)
class Reward:
    """A gift (`what` is a SKU), reward coupons (`what` is a template) or points; how many can be given."""

    type: str
    what: str | None
    wanted: int
    granted: int
    reason: str | None


@dataclass(frozen=True, eq=False)
class Used:
    offer: Offer
    discount: int
    full_discount: int
    rewards: tuple[Reward, ...] = ()

    @property
    def gives_reward(self) -> bool:
        return any(reward.granted > 0 for reward in self.rewards)


@dataclass(frozen=True, eq=False)
class State:
    segments: tuple[Segment, ...]
    fee_left: int
    used: tuple[Used, ...] = field(default=())

    @property
    def offers(self) -> list[Offer]:
        return [used.offer for used in self.used]
