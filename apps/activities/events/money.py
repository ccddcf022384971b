"""The budget of an event beside what its members may cost at most and what they have cost so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.activities.events.members import ACTIVITY, CAMPAIGN, Member
from apps.activities.events.models import Event
from apps.activities.events.reach import Reach
from apps.activities.events.spending import spent
from apps.offers.compile import compile_activity
from apps.offers.exposure import exposure_of
from apps.pricing.kinds import kind_from_json

Json = Mapping[str, Any]


@dataclass(frozen=True)
class RollUp:
    """`most` is the sum of what is bounded; `unbounded` are the members that nothing bounds in money."""

    budget: int | None
    most: int
    spent: int
    unbounded: Sequence[Member] = ()
    most_by: Mapping[str, int | None] = field(default_factory=dict)
    spent_by: Mapping[str, int] = field(default_factory=dict)

    @property
    def over(self) -> int:
        """By how much the members may cost more than the event has."""
        return 0 if self.budget is None else max(self.most - self.budget, 0)

    @property
    def spent_percent(self) -> str:
        return self._percent(self.spent)

    @property
    def planned_percent(self) -> str:
        """What may still come beside what is spent."""
        return self._percent(min(max(self.most - self.spent, 0), max((self.budget or 0) - self.spent, 0)))

    def _percent(self, amount: int) -> str:
        return f"{min(100 * amount / self.budget, 100):.2f}" if self.budget else "0"


def roll_up(event: Event, members: Sequence[Member], reach: Reach) -> RollUp:
    """Campaigns hand out what templates pay for, so only activities and templates count."""
    paying = [one for one in members if one.document != CAMPAIGN]
    spent_by = spent([one.code for one in paying])
    most_by = {one.key: _most(one, spent_by.get(one.code, 0), reach) for one in paying}
    return RollUp(
        budget=event.budget_amount,
        most=sum(most for most in most_by.values() if most is not None),
        spent=sum(spent_by.values()),
        unbounded=[one for one in paying if most_by[one.key] is None],
        most_by=most_by,
        spent_by={one.key: spent_by.get(one.code, 0) for one in paying},
    )


def _most(member: Member, spent_so_far: int, reach: Reach) -> int | None:
    """By its own document, None without a bound in money. What is over costs what it has cost."""
    if member.is_over:
        return spent_so_far
    if member.document == ACTIVITY:
        goods = reach.goods_of(compile_activity(member.content))
        return exposure_of(member.content, goods).amount
    return _most_of_template(member.content)


def _most_of_template(content: Json) -> int | None:
    budget = content["budget"]
    worst = kind_from_json(content["kind"], dict(content["params"])).worst_amount()
    if worst is None:
        return None
    whole = None if budget["quantity"] is None else worst * budget["quantity"]
    known = [one for one in (whole, budget["amount"]) if one is not None]
    return min(known, default=None)
