"""The calendar of an event: one bar a member on a time line, by shop and layer; no two bars cover each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MOST_TICKS = 10
STEPS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2_160, 8_760))


@dataclass(frozen=True)
class Span:
    """What is to be shown: `row` says under which shop and layer, in their order."""

    key: str
    row: tuple[str, int]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Bar:
    """`left` and `width` are percent of the time line, `lane` counts from the top of its row."""

    key: str
    left: str
    width: str
    lane: int


@dataclass(frozen=True)
class Row:
    row: tuple[str, int]
    lanes: int
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Tick:
    at: datetime
    left: str


@dataclass(frozen=True)
class Calendar:
    """`now` is where the present is on the line, None outside of it."""

    starts_at: datetime
    ends_at: datetime
    rows: Sequence[Row]
    ticks: Sequence[Tick]
    now: str | None


def calendar_of(
    spans: Sequence[Span], window: tuple[datetime | None, datetime | None], now: datetime, zone: ZoneInfo
) -> Calendar | None:
    """From the first start to the last end of the event and its members; None where nothing has a time."""
    starts = [at for at in (window[0], *(span.starts_at for span in spans)) if at is not None]
    ends = [at for at in (window[1], *(span.ends_at for span in spans)) if at is not None]
    if not starts or not ends or max(ends) <= min(starts):
        return None
    begin, end = min(starts), max(ends)
    line = _Line(begin, end)
    rows = [_row(row, spans, line) for row in sorted({span.row for span in spans})]
    present = line.at(now) if begin <= now < end else None
    return Calendar(begin, end, rows, list(_ticks(line, zone)), present)


@dataclass(frozen=True)
class _Line:
    starts: datetime
    ends: datetime

    def share(self, moment: datetime) -> float:
        return 100 * ((moment - self.starts) / (self.ends - self.starts))

    def at(self, moment: datetime) -> str:
        return f"{self.share(moment):.3f}"

    def width(self, starts: datetime, ends: datetime) -> str:
        return f"{max(self.share(ends) - self.share(starts), 0):.3f}"


def _row(row: tuple[str, int], spans: Sequence[Span], line: _Line) -> Row:
    """Each bar in the first lane that is free when it starts."""
    free_from: list[datetime] = []
    bars = []
    here = sorted((span for span in spans if span.row == row), key=lambda one: (one.starts_at, one.key))
    for span in here:
        lane = next((n for n, free in enumerate(free_from) if free <= span.starts_at), len(free_from))
        free_from[lane : lane + 1] = [max(span.ends_at, span.starts_at)]
        bars.append(Bar(span.key, line.at(span.starts_at), line.width(span.starts_at, span.ends_at), lane))
    return Row(row, len(free_from), bars)


def _ticks(line: _Line, zone: ZoneInfo) -> Iterable[Tick]:
    """Whole hours or days of the portal's own time."""
    whole = line.ends - line.starts
    step = next((step for step in STEPS if whole / step <= MOST_TICKS), STEPS[-1])
    local = line.starts.astimezone(zone)
    moment = local.replace(hour=0, minute=0, second=0, microsecond=0)
    while moment < line.ends:
        if moment >= line.starts:
            yield Tick(moment, line.at(moment))
        moment = (moment.replace(tzinfo=None) + step).replace(tzinfo=zone)
