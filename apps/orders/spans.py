"""Over which span stock and limits count at an instant, as the key that counters carry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.pricing.offer import Offer, Span

WHOLE = ""


class Spans(NamedTuple):
    """The keys of one offer at one instant."""

    stock: str
    limits: str
    day: str


def day_key(now: datetime) -> str:
    """A calendar day in the portal's time zone."""
    return f"d:{now.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()}"


def spans_of(offer: Offer, now: datetime, day: str) -> Spans:
    return Spans(_key(offer.stock.per, offer, now, day), _key(offer.limits.per, offer, now, day), day)


def _key(span: Span, offer: Offer, now: datetime, day: str) -> str:
    if span is Span.ACTIVITY:
        return WHOLE
    if span is Span.DAY:
        return day
    began = offer.schedule.session_began(now) if offer.schedule is not None else None
    return WHOLE if began is None else f"s:{began.astimezone(UTC).isoformat()}"
