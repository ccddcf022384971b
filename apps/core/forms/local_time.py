"""Times: people type the portal's local time, the field gives an aware instant in UTC.

A time that the clocks skip is refused, one that they show twice must say which is meant (`01:30+02:00`), and
23:59:59 means the end of that day, for windows are half open.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.core.forms.typed_text import TypedTextField

FORMS = re.compile(
    r"(?P<year>\d{4})(?:[-/.]|年)(?P<month>\d{1,2})(?:[-/.]|月)(?P<day>\d{1,2})日?[T\s]*"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<offset>[+-]\d{2}:\d{2}|Z)?",
    re.ASCII,
)
YEARS = range(2000, 3000)


def parse_local(text: str, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a local time as typed; raises ValidationError."""
    match = FORMS.fullmatch(text)
    if match is None:
        raise ValidationError(_("Enter a date and a time, such as 2026-11-10 20:00."), code="invalid")
    local = _calendar(
        *(int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second"))
    )
    readings = _readings(local, zone)
    if not readings:
        raise ValidationError(
            _("The clocks skip %(time)s on that day."), code="skipped", params={"time": f"{local:%H:%M}"}
        )
    if match["offset"]:
        return _with_offset(local, match["offset"], readings)
    if len(readings) > 1:
        first, second = (f"{local:%H:%M}{_offset_text(reading)}" for reading in readings)
        raise ValidationError(
            _("This time comes twice on that day: write %(first)s or %(second)s."),
            code="ambiguous",
            params={"first": first, "second": second},
        )
    return readings[0].astimezone(UTC)


def _calendar(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    """The naive local time; 24:00 and 23:59:59 are the next day's first instant."""
    ends_day = (hour, minute, second) in ((24, 0, 0), (23, 59, 59))
    try:
        moment = datetime(year, month, day) if ends_day else datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError as error:
        raise ValidationError(_("There is no such date or time."), code="no_such_time") from error
    if year not in YEARS:
        raise ValidationError(_("The year must lie between 2000 and 2999."), code="year")
    return moment + timedelta(days=1) if ends_day else moment


def _readings(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants at which the clocks of `zone` show `local`: none in a gap, two where they go back."""
    readings = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    real = [reading for reading in readings if _wall(reading.astimezone(UTC), zone) == local]
    return real[:1] if len({reading.utcoffset() for reading in real}) == 1 else real


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _with_offset(local: datetime, offset: str, readings: list[datetime]) -> datetime:
    wanted = datetime.strptime(f"{local:%Y-%m-%d %H:%M:%S} {offset}", "%Y-%m-%d %H:%M:%S %z")
    for reading in readings:
        if reading.utcoffset() == wanted.utcoffset():
            return reading.astimezone(UTC)
    raise ValidationError(_("At that time the portal's clocks have another offset."), code="offset")


def _offset_text(moment: datetime) -> str:
    return moment.astimezone(timezone(moment.utcoffset() or timedelta())).isoformat()[-6:]


def write_local(moment: datetime, zone: ZoneInfo) -> str:
    """The local time as people type it, `2026-11-10 20:00`, with its offset only where that is needed."""
    local = moment.astimezone(zone)
    wall = _wall(moment, zone)
    text = wall.isoformat(sep=" ", timespec="seconds" if local.second else "minutes")
    return text + _offset_text(local) if len(_readings(wall, zone)) > 1 else text


class LocalDateTimeInput(UnfoldAdminTextInputWidget):
    """Plain text, so that a time reads the same in every browser; the page's script adds a calendar beside it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"placeholder": "2026-11-10 20:00", "data-moment": "1", **(attrs or {})})


class LocalDateTimeField(TypedTextField):
    """An instant, typed and shown in the portal's time zone."""

    widget = LocalDateTimeInput

    def read(self, text: str) -> datetime:
        return parse_local(text, ZoneInfo(settings.TIME_ZONE))

    def write(self, value: datetime) -> str:
        return write_local(value, ZoneInfo(settings.TIME_ZONE))
