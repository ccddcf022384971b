"""`POST /events`: what customers were shown and what they clicked, for the reports. Told twice, it counts once."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from apps.carts.bodies import given
from apps.carts.decode import FaultyBodyError
from apps.carts.event_body import EVENTS, EventBody, EventsBody
from apps.pricing.faults import Fault, parse_time
from apps.sightings.noting import note
from apps.storefront.openapi import Operation
from apps.storefront.requests import json_body
from apps.storefront.views.base import StorefrontView, answer

OUT_OF_TIME = "must lie within the last 7 days and at most 10 minutes ahead"


class EventsNoted(Struct, forbid_unknown_fields=True):
    """How many of them are new, and how many were told before."""

    noted: int
    repeated: int


class EventsView(StorefrontView):
    operations = {
        "post": Operation(
            "note_events", "Tell what customers were shown and clicked", EventsNoted, body=EventsBody
        ),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        events = EVENTS.read(json_body(request)).events
        done = note([_row(event) for event in events], client=self.caller.client_id)
        if done.misplaced:
            raise FaultyBodyError([Fault(f"events[{n}].at", "time", OUT_OF_TIME) for n in done.misplaced])
        return answer({"noted": done.noted, "repeated": len(events) - done.noted})


def _row(event: EventBody) -> dict[str, Any]:
    at = parse_time(given(event.at))
    return {
        "event": event.id,
        "type": event.type,
        "code": event.code,
        "at": None if at is None else at.astimezone(UTC).isoformat(),
        "placement": given(event.placement) or "",
        "customer": given(event.customer) or "",
        "channel": given(event.channel) or "",
        "terminal": given(event.terminal) or "",
    }
