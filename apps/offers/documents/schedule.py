"""`schedule`: sessions of a day, on days of the week, in the activity's own time zone."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from apps.offers.documents.targeting import read_numbers
from apps.pricing.faults import Reader

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
MIDNIGHT, END_OF_DAY = "00:00", "24:00"
MAX_SESSIONS = 100


def read_schedule(owner: Reader, key: str = "schedule") -> dict[str, Any] | None:
    """`{tz, days, sessions: [{from, to}]}`, or None. No days means every day, no sessions the whole day."""
    if not owner.has(key):
        owner.take(key)
        return None
    reader = owner.child(key)
    tz = _read_zone(reader)
    days = read_numbers(reader, "days", 1, 7)
    sessions = [_read_session(child) for child in reader.children("sessions", longest=MAX_SESSIONS)]
    reader.close()
    return {
        "tz": tz,
        "days": days,
        "sessions": sessions or [{"from": MIDNIGHT, "to": MIDNIGHT}],
    }


def _read_zone(reader: Reader) -> str:
    name = reader.text("tz", required=True, longest=64)
    if name is not None and not is_zone(name):
        reader.fault("tz", "time_zone", "is not a time zone, like Asia/Shanghai")
    return name or "UTC"


@cache
def is_zone(name: str) -> bool:
    """Whether the IANA database knows the zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, a path out of the database, a folder of it
        return False
    return True


def _read_session(reader: Reader) -> dict[str, str]:
    starts = _read_clock(reader, "from")
    ends = _read_clock(reader, "to")
    reader.close()
    # 24:00 is how people write the end of the day; at or before `from` it lies on the next day anyway.
    return {"from": starts, "to": MIDNIGHT if ends == END_OF_DAY else ends}


def _read_clock(reader: Reader, key: str) -> str:
    value = reader.text(key, required=True)
    if value is None:
        return MIDNIGHT
    if not CLOCK.match(value) and not (key == "to" and value == END_OF_DAY):
        reader.fault(key, "clock", 'must be a time of day like "20:00"')
        return MIDNIGHT
    return value
