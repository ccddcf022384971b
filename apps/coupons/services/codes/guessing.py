"""Wrong codes are counted for the customer, the device, the address and the API client; beyond a limit nobody tries.

What counts is what was no open code, in claims, quotes and orders alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import transaction

from apps.core import throttle
from apps.core.outbox import publish
from apps.core.throttle import Limit, Turn

log = structlog.get_logger(__name__)

PORTAL = "portal"
MINUTE = 60
MARKS = ("device", "ip", "address_hash")


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries codes; `marks` are the risk marks that the shop sent along."""

    customer: str | None = None
    client: int | None = None
    marks: Mapping[str, str | None] = field(default_factory=dict)


def take_turn(guesser: Guesser, *, times: int = 1) -> Turn:
    """Count tries before they are made; raises TooManyTries."""
    return throttle.take(list(_limits(guesser)), times=times)


def note_misses(turn: Turn, misses: int) -> None:
    """Of the tries of a turn so many found no open code; the others were no guesses."""
    if misses < turn.times:
        turn.give_back(turn.times - misses)
    if misses:
        throttle.count(_alarm(), PORTAL, times=misses)


def tell_alarm() -> int:
    """Tell the log and the webhooks when too many wrong codes were tried in this minute, once; how many there were."""
    wrong = throttle.exceeded(_alarm(), PORTAL)
    if wrong:
        log.error("codes_guessed", wrong=wrong, seconds=MINUTE)
        with transaction.atomic():
            publish(topic="codes.guessed", subjects=[PORTAL], payload={"wrong": wrong, "seconds": MINUTE})
    return wrong


def _limits(guesser: Guesser) -> Iterator[tuple[Limit, str]]:
    seconds = settings.CODE_GUESS_SECONDS
    if guesser.customer is not None:
        yield Limit("codes:customer", settings.CODE_GUESSES_PER_CUSTOMER, seconds), guesser.customer
    for name in MARKS:
        mark = guesser.marks.get(name)
        if mark:
            yield Limit(f"codes:{name}", settings.CODE_GUESSES_PER_ADDRESS, seconds), mark
    if guesser.client is not None:
        yield Limit("codes:client", settings.CODE_GUESSES_PER_KEY, seconds), str(guesser.client)


def _alarm() -> Limit:
    return Limit("codes:alarm", settings.CODE_ALARM_PER_MINUTE, MINUTE)
