"""Which rewards stay after a refund: those of the tier that what remains of the order still reaches. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.pricing.refund import PaidSegment

Reward = Mapping[str, Any]  # a row of entries.reward_rows


@dataclass(slots=True)
class Recalled:
    """What one offer's rewards lose."""

    offer: str
    gifts: dict[str, int] = field(default_factory=dict)
    coupons: dict[str, int] = field(default_factory=dict)
    points: int = 0

    def __bool__(self) -> bool:
        return bool(self.gifts or self.coupons or self.points)


def remaining(reward: Reward, segments: Iterable[PaidSegment]) -> int:
    """The tier's own metric over the units left of the segments that the offer applied to."""
    total = 0
    for segment in segments:
        position = _position(segment, reward["offer"])
        if position is None:
            continue
        units = segment.units - segment.returned
        if reward["metric"] == "quantity":
            total += units
            continue
        total += units * (segment.list_price - segment.item_reduction)
        if reward["basis"] == "running":
            total -= _carried(segment, position)
    return total


def _position(segment: PaidSegment, offer: str) -> int | None:
    """Where the offer's share stands among the segment's; None where it did not apply."""
    return next((i for i, (code, _) in enumerate(segment.shares) if code == offer), None)


def _carried(segment: PaidSegment, position: int) -> int:
    """What the units not returned carry of the shares applied before this one."""
    item = segment.item_offer is not None
    gone = segment.shares_of_first(segment.returned)[item:]
    whole = [amount for _, amount in segment.shares]
    return sum(whole[:position]) - sum(amount for _, amount in gone[:position])


def kept_tier(reward: Reward, reached: int) -> Mapping[str, Any]:
    """The highest tier that is still met; nothing where none is."""
    met = [tier for tier in reward["tiers"] if reached >= tier["at"]]
    return met[-1] if met else {"gifts": {}, "coupons": {}, "points": 0}


def recall(reward: Reward, segments: Iterable[PaidSegment]) -> Recalled:
    """What must go back of what the customer has, now that this much remains."""
    segments = list(segments)
    anything = any(s.returned < s.units and _position(s, reward["offer"]) is not None for s in segments)
    tier = kept_tier(reward, remaining(reward, segments)) if anything else kept_tier(reward, -1)
    return Recalled(
        reward["offer"],
        _excess(reward["gifts"], tier["gifts"]),
        _excess(reward["coupons"], tier["coupons"]),
        max(reward["points"] - tier["points"], 0),
    )


def _excess(has: Mapping[str, int], keeps: Mapping[str, int]) -> dict[str, int]:
    over = {code: quantity - keeps.get(code, 0) for code, quantity in has.items()}
    return {code: quantity for code, quantity in over.items() if quantity > 0}


def without(reward: Reward, recalled: Recalled, coupons: Iterable[int] = ()) -> dict[str, Any]:
    """The reward as the customer has it afterwards; `coupons` are the rows of those dealt with now."""
    dealt_with = [*reward.get("recalled", ()), *coupons]
    return {
        **reward,
        "gifts": {sku: n - recalled.gifts.get(sku, 0) for sku, n in reward["gifts"].items()},
        "coupons": {code: n - recalled.coupons.get(code, 0) for code, n in reward["coupons"].items()},
        "points": reward["points"] - recalled.points,
        "recalled": dealt_with,
    }
