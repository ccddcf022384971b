"""Sessions: times of day on days of the week, in the activity's own time zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A start and an end: instants in UTC, or what a clock on the wall shows (without a zone).
Stretch = tuple[datetime, datetime]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Session:
    """`[starts, ends)` local time; an end at or before the start lies on the next day."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Schedule:
    """`days`: 1 = Monday .. 7 = Sunday, the day on which a session begins; empty means every day."""

    tz: ZoneInfo
    days: frozenset[int]
    sessions: tuple[Session, ...]

    def covers(self, moment: datetime) -> bool:
        """Whether the wall clock stands inside a session, whatever was done to the clocks that night."""
        wall = moment.astimezone(self.tz).replace(tzinfo=None)
        return any(starts <= wall < ends for starts, ends in self._sessions_of(wall.date(), (-1, 0)))

    def session_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """The (start, end) instants between which a session runs without a break and `moment` lies, or None."""
        found = self._found(moment)
        if found is None:
            return None
        (starts, ends), _ = found
        return starts.astimezone(self.tz), ends.astimezone(self.tz)

    def session_began(self, moment: datetime) -> datetime | None:
        """When the session that `moment` lies in began: one instant for all of it, also where clocks that are
        put back cut it in two."""
        found = self._found(moment)
        return None if found is None else found[1]

    def next_start(self, moment: datetime) -> datetime | None:
        """The first session start after `moment` (within the coming eight days), or None."""
        now = moment.astimezone(UTC)
        days = self._sessions_of(moment.astimezone(self.tz).date(), range(-1, 9))
        starts = [start for bounds in days for start, _ in self._stretches(*bounds) if start > now]
        return min(starts).astimezone(self.tz) if starts else None

    def _found(self, moment: datetime) -> tuple[Stretch, datetime] | None:
        """The stretch that `moment` lies in, and when its session began."""
        now = moment.astimezone(UTC)
        for bounds in self._sessions_of(moment.astimezone(self.tz).date(), (-1, 0)):
            stretches = self._stretches(*bounds)
            for stretch in stretches:
                if stretch[0] <= now < stretch[1]:
                    return stretch, stretches[0][0]
        return None

    def _sessions_of(self, today: date, ahead: Iterable[int]) -> Iterator[Stretch]:
        """The wall clock's [start, end) of the sessions that begin so many days ahead of `today`."""
        for days in ahead:
            day = today + timedelta(days=days)
            if self.days and day.isoweekday() not in self.days:
                continue
            for session in self.sessions:
                last = day if session.ends > session.starts else day + DAY
                yield datetime.combine(day, session.starts), datetime.combine(last, session.ends)

    def _stretches(self, starts: datetime, ends: datetime) -> list[Stretch]:
        """The instants (UTC) at which the wall clock shows [starts, ends): one stretch; none where the clocks
        jump over it; two where they are put back to before its start or from beyond its end."""
        before, after = self._offset(starts - DAY), self._offset(ends + DAY)
        if before == after:
            return [(_instant(starts, before), _instant(ends, before))]
        change = self._change(starts - 2 * DAY, ends + 2 * DAY, before)
        early = _instant(starts, before), min(_instant(ends, before), change)
        late = max(_instant(starts, after), change), _instant(ends, after)
        if early[0] < early[1] == late[0] < late[1]:
            return [(early[0], late[1])]
        return [stretch for stretch in (early, late) if stretch[0] < stretch[1]]

    def _offset(self, wall: datetime) -> timedelta:
        return wall.replace(tzinfo=self.tz).utcoffset() or timedelta()

    def _change(self, low: datetime, high: datetime, before: timedelta) -> datetime:
        """The instant (UTC), between these two, at which the clock leaves this offset, to the second."""
        low, high = low.replace(tzinfo=UTC), high.replace(tzinfo=UTC)
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            is_before = middle.astimezone(self.tz).utcoffset() == before
            low, high = (middle, high) if is_before else (low, middle)
        return high.replace(microsecond=0)


def _instant(wall: datetime, offset: timedelta) -> datetime:
    return (wall - offset).replace(tzinfo=UTC)
