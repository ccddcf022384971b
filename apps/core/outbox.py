"""Events for others: written in the transaction of what they tell, delivered afterwards, at least once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from apps.core.models import OutboxEvent


def publish(*, topic: str, subjects: Iterable[str], payload: Mapping[str, Any]) -> None:
    """Note that something happened to each of these; the row lock on a subject gives its events their order."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event commits with what it tells: call publish() inside atomic()")
    OutboxEvent.objects.bulk_create(
        OutboxEvent(topic=topic, subject=subject, payload=dict(payload)) for subject in subjects
    )
