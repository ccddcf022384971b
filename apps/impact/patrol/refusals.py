"""Orders that were refused because they fell below a floor price: heard as events, told as one alert per stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.core.models import OutboxEvent
from apps.impact.lifecycle import AlertKind
from apps.impact.patrol.raising import Finding, Good, raise_alerts

TOPIC = "order.below_floor"


def note_refused(events: Sequence[OutboxEvent]) -> None:
    """In the relay's transaction; each event counts once for its alert."""
    for event in events:
        found = _findings(event.payload)
        if found:
            raise_alerts(findings=found, run=f"event-{event.pk}")


def _findings(payload: Mapping[str, Any]) -> list[Finding]:
    goods: dict[tuple[str, ...], list[Good]] = {}
    for line in payload["lines"]:
        stack = [[share["offer"], share["name"], share["amount"], share["coupon"]] for share in line["stack"]]
        good = Good(
            line["sku"],
            line["amount"],
            line["units"],
            line["floor"],
            line.get("cost"),
            datetime.fromisoformat(payload["as_of"]),
            payload["cart"],
            payload["profile"],
            stack,
        )
        goods.setdefault(tuple(share[0] for share in stack), []).append(good)
    return [Finding(AlertKind.ORDER_REFUSED, offers, tuple(found)) for offers, found in goods.items()]
