"""What others hear of the lives of activities, campaigns and templates: events in the transaction of each step.

The row lock on the thing gives its events their order. `docs/events.md` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.core import outbox
from apps.offers.lifecycle import Action, State
from apps.offers.versions.models import Running, Versioned

#: the last part of a topic, by the action that the audit log names
VERBS: dict[str, str] = {
    Action.PAUSE: "paused",
    Action.RESUME: "resumed",
    Action.APPROVE_REVOCATION: "revoked",
    Action.SELL_OUT: "sold_out",
    Action.EXHAUST_BUDGET: "budget_exhausted",
    Action.STOP_SKUS: "stopped",
    Action.LOWER_STOCK: "lowered",
    Action.LOWER_BUDGET: "lowered",
    "lift_stop": "stop_lifted",
}
#: by the schedule, many at once
LIVE, EXPIRED = "live", "expired"
PUBLISHED = (Action.APPROVE, "publish_without_approval")


def tell_step(
    thing: Versioned, action: str, at: datetime, before: Mapping[str, Any], said: Mapping[str, Any]
) -> None:
    """The events of one step; most steps are nobody else's business and have none."""
    for verb in _verbs(thing, action, before):
        tell(thing, verb, at, said)


def tell(thing: Versioned, verb: str, at: datetime, said: Mapping[str, Any]) -> None:
    payload = {"at": at.isoformat(), "status": thing.status, **said}
    if isinstance(thing, Running) and thing.end_reason:
        payload["end_reason"] = thing.end_reason
    outbox.publish(topic=f"{thing.DOCUMENT}.{verb}", subjects=[thing.code], payload=payload)


def _verbs(thing: Versioned, action: str, before: Mapping[str, Any]) -> list[str]:
    if action not in PUBLISHED:
        return [VERBS[action]] if action in VERBS else []
    if before["status"] not in (State.DRAFT, State.IN_REVIEW):
        return ["revised"]
    return ["approved", LIVE] if thing.status == State.LIVE else ["approved"]
