"""The body of `POST /events`: what customers were shown and what they clicked."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.carts.bodies import MAX_WORD, Code, Instant, Word, given
from apps.carts.decode import BodyReader
from apps.pricing.faults import Findings, Reader

MOST = 1_000
TYPES = ("exposure", "click")
WORDS = "|".join(TYPES)


class EventBody(Struct, forbid_unknown_fields=True):
    """`id` is the shop's own; `code` is the activity, coupon template or claim campaign that was seen."""

    id: Code
    type: Annotated[str, Meta(pattern=rf"\A({WORDS})\Z", extra_json_schema={"pattern": f"^({WORDS})$"})]
    code: Code
    at: Instant | UnsetType | None = UNSET
    placement: Code | UnsetType | None = UNSET
    customer: Code | UnsetType | None = UNSET
    channel: Word | UnsetType | None = UNSET
    terminal: Word | UnsetType | None = UNSET


class EventsBody(Struct, forbid_unknown_fields=True):
    events: Annotated[list[EventBody], Meta(min_length=1, max_length=MOST)]


def _sound(body: EventsBody) -> bool:
    findings = Findings()
    for event in body.events:
        if (at := given(event.at)) is not None:
            Reader({"at": at}, "", findings).time("at")
    return not findings.faults


def _find_faults(reader: Reader) -> None:
    found = 0
    for event in reader.children("events", required=True, longest=MOST):
        found += 1
        event.code("id", required=True)
        event.text("type", required=True, choices=TYPES)
        event.code("code", required=True)
        event.time("at")
        event.code("placement")
        event.code("customer")
        event.text("channel", longest=MAX_WORD)
        event.text("terminal", longest=MAX_WORD)
        event.close()
    if not found and reader.has("events"):
        reader.fault("events", "required", "is required")
    reader.close()


EVENTS = BodyReader(EventsBody, _sound, _find_faults)
