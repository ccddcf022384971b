"""What keeps a well-formed document from being submitted for approval: it could never do anything.

The reader refuses what cannot be right; these faults are about windows, goods, people and the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.offers.compile import instant
from apps.pricing.faults import Fault
from apps.pricing.kinds import kind_from_json

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue and the customers say about a document. None: not counted, so nothing is said of it.

    `skus_in_scope` counts the SKUs that the offer can reach, `people` those in the audiences it names,
    `validities` are those of the templates that a campaign hands out; from a budget of `goal_from` on there is a goal.
    """

    skus_in_scope: int | None = None
    people: int | None = None
    validities: Mapping[str, Json | None] = field(default_factory=dict)
    goal_from: int | None = None


def submission_faults(content: Json, facts: Facts, now: datetime) -> list[Fault]:
    """The faults of an activity, template or campaign in its canonical form, at the instant `now`."""
    return [
        *_window_faults(content, "starts_at", "ends_at", "", now),
        *_validity_faults(content, now),
        *_budget_faults(content),
        *_goal_faults(content, facts.goal_from),
        *_reach_faults(content, facts),
        *_holdout_faults(content),
        *_release_faults(content),
        *_outlasting_faults(content, facts),
    ]


def _window_faults(content: Json, start: str, end: str, prefix: str, now: datetime) -> list[Fault]:
    starts_at, ends_at = instant(content.get(start)), instant(content.get(end))
    if ends_at is None:
        return []
    faults = []
    if starts_at is not None and ends_at <= starts_at:
        faults.append(Fault(f"{prefix}{end}", "end_before_start", "must be after the start"))
    if ends_at <= now:
        faults.append(Fault(f"{prefix}{end}", "past", "lies in the past"))
    return faults


def _validity_faults(content: Json, now: datetime) -> list[Fault]:
    validity = content.get("validity") or {}
    return _window_faults(validity, "from", "until", "validity.", now)


def _budget_faults(content: Json) -> list[Fault]:
    """A coupon reserves the most it can cost; where that has no bound, money cannot be the budget."""
    if "validity" not in content or content["budget"]["amount"] is None:
        return []
    if kind_from_json(content["kind"], content["params"]).worst_amount() is not None:
        return []
    return [
        Fault(
            "budget.amount", "no_worst_case", "what one coupon costs has no bound: limit their number instead"
        )
    ]


def lacks_goal(content: Json) -> bool:
    """An activity with a budget in money that nobody has said a goal for."""
    return "goals" in content and not content["goals"] and content["budget"]["amount"] is not None


def _goal_faults(content: Json, goal_from: int | None) -> list[Fault]:
    if goal_from is None or not lacks_goal(content) or content["budget"]["amount"] < goal_from:
        return []
    return [Fault("goals", "goal_missing", "a goal is compulsory for a budget as large as this")]


def _reach_faults(content: Json, facts: Facts) -> list[Fault]:
    faults = []
    if facts.skus_in_scope == 0 and "scope" in content:
        faults.append(Fault("scope", "nothing_in_scope", "no SKU is in scope"))
    if facts.people == 0 and content["targeting"]["audiences"]:
        faults.append(Fault("targeting.audiences", "nobody", "nobody is in these audiences"))
    return faults


def _holdout_faults(content: Json) -> list[Fault]:
    """Who sees an activity and does not get it would rightly complain."""
    if content.get("holdout_bps") and content["placements"]:
        return [Fault("holdout_bps", "placed", "is not for what is publicly placed")]
    return []


def _release_faults(content: Json) -> list[Fault]:
    """Every slot opens while the campaign runs; what opens later could never be claimed."""
    releases: Sequence[Json] = content.get("releases") or ()
    faults = []
    for position, release in enumerate(releases):
        if not content["starts_at"] <= release["at"] < content["ends_at"]:
            faults.append(Fault(f"releases[{position}].at", "outside", "lies outside the campaign's time"))
    return faults


def _outlasting_faults(content: Json, facts: Facts) -> list[Fault]:
    """A coupon must still be good at the last moment at which it can be claimed."""
    faults = []
    for position, item in enumerate(content.get("items") or ()):
        validity = facts.validities.get(item["template"]) or {}
        until = validity.get("until")
        if until is not None and until < content["ends_at"]:
            path = f"items[{position}].template"
            faults.append(Fault(path, "ends_earlier", "its coupons end before the campaign does"))
    return faults
