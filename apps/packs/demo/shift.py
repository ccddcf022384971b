"""Moves a pack by whole days: its anchor day becomes today, its sessions stay at their hours."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: The day of the demo pack on which most of it is live, some of it is announced and nothing is over.
ANCHOR = date(2026, 11, 8)
#: Days are counted where the fair takes place; it has no daylight saving time, so a day is always 24 hours.
FAIR_TZ = ZoneInfo("Asia/Shanghai")
#: A whole ISO 8601 time with an offset. Hours of sessions ("10:00") and plain dates do not match and stay.
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")


def shifted(pack: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return a copy of the pack (or cart) with every time moved by the days from the anchor to today."""
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    moved: dict[str, Any] = _moved(pack, now.astimezone(FAIR_TZ).date() - ANCHOR)
    return moved


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, by) for item in value]
    # YAML loaders may hand over times as text or as datetime, whichever way they are configured.
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return (datetime.fromisoformat(value) + by).isoformat()
    return value
