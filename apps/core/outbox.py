"""Events for others: written in the transaction of what they tell, delivered afterwards, at least once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from apps.core.models import OutboxEvent

Consumer = Callable[[Sequence[OutboxEvent]], None]

_consumers: dict[str, dict[str, Consumer]] = {}


def consume(topic: str, name: str, consumer: Consumer) -> None:
    """The portal's own listener: called once for each event as it is relayed, in the relay's transaction.

    What fails in it is tried again with the next relay, webhooks included: it notes work and does none.
    """
    _consumers.setdefault(topic, {})[name] = consumer


def pass_on(events: Sequence[OutboxEvent]) -> None:
    """Give events to the consumers of their topics."""
    for topic, consumers in _consumers.items():
        wanted = [event for event in events if event.topic == topic]
        for consumer in consumers.values() if wanted else ():
            consumer(wanted)


def publish(*, topic: str, subjects: Iterable[str], payload: Mapping[str, Any]) -> None:
    """Note that something happened to each of these; the row lock on a subject gives its events their order."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event commits with what it tells: call publish() inside atomic()")
    OutboxEvent.objects.bulk_create(
        OutboxEvent(topic=topic, subject=subject, payload=dict(payload)) for subject in subjects
    )
