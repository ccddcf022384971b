"""The offers still to come from some state on, in stages, and the most that they can add to it."""

from __future__ import annotations

from typing import NamedTuple

from apps.pricing.candidate import Candidate, compatible
from apps.pricing.state import Key, State


class Option(NamedTuple):
    """A candidate of a stage with the most that it can still give, in minor units."""

    most: int
    candidate: Candidate


#: What may still be added: (preferred offers, saving, offers with rewards)
Most = tuple[int, int, int]
#: Offers side by side of which one at most can be used, the one that can give most first.
Stage = list[Option]


class Ahead:
    """The stages still to come from some state on, and the most they can add from each on: (preferred, saved,
    rewards).

    `special`: some offer counts for more than its saving.
    """

    __slots__ = ("most", "stages")

    def __init__(self, stages: list[Stage], special: bool) -> None:
        self.stages = stages
        prefer = saved = rewards = 0
        most = [(0, 0, 0)]
        for stage in reversed(stages):
            saved += stage[0].most
            if special:
                prefer += max([option.candidate.preferred for option in stage])
                rewards += max([option.candidate.offer.may_reward for option in stage])
            most.append((prefer, saved, rewards))
        most.reverse()
        self.most = most


def most_first(option: Option) -> tuple[int, tuple[int, int, str]]:
    return (-option.most, option.candidate.offer.order)


def reach(state: State, most: Most) -> Key:
    """The largest key that the state can come to: coupons and offers count against, so those used so far at least."""
    prefer, saved, rewards = most
    return (
        state.prefer + prefer,
        state.saved + saved,
        state.rewards + rewards,
        -state.coupons,
        -state.offers,
    )


def reach_with(state: State, candidate: Candidate, most: Most) -> Key:
    """The same with one offer more."""
    prefer, saved, rewards, coupons, offers = reach(state, most)
    return prefer, saved, rewards, coupons - candidate.offer.is_coupon, offers - 1


def exclusive(first: Candidate, second: Candidate) -> bool:
    """Whether at most one of two offers, the first earlier in order, can ever be used: then their order does
    not matter."""
    return bool(second.blocks & first.bit) or _absorbs(first, second)


def _absorbs(first: Candidate, second: Candidate) -> bool:
    """Whether `second` finds no open segment once `first` is used.

    `first` takes whole segments, covers the lines of `second`, refuses it, and whatever closes a segment to
    `first` closes it to `second` too.
    """
    a, b = first.offer, second.offer
    if a.layer is not b.layer or not a.takes_whole or second.lines & ~first.lines:
        return False
    return not compatible(a, b) and not b.stacks & ~a.stacks
