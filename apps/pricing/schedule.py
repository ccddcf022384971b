"""Sessions: times of day on days of the week, in the activity's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


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
        return self.session_at(moment) is not None

    def session_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """The (start, end) instants of the session that `moment` lies in, or None."""
        local = moment.astimezone(self.tz)
        for back in (0, 1):
            day = local.date() - timedelta(days=back)
            if self.days and day.isoweekday() not in self.days:
                continue
            for session in self.sessions:
                starts, ends = self._bounds(day, session)
                if starts <= moment < ends:
                    return starts, ends
        return None

    def next_start(self, moment: datetime) -> datetime | None:
        """The first session start after `moment` (within the coming eight days), or None."""
        local = moment.astimezone(self.tz)
        starts = [
            start
            for ahead in range(9)
            for session in self.sessions
            if self._runs_on(day := local.date() + timedelta(days=ahead))
            and (start := self._bounds(day, session)[0]) > moment
        ]
        return min(starts, default=None)

    def _runs_on(self, day: date) -> bool:
        return not self.days or day.isoweekday() in self.days

    def _bounds(self, day: date, session: Session) -> tuple[datetime, datetime]:
        """The instants of a session that begins on `day`."""
        starts = datetime.combine(day, session.starts, tzinfo=self.tz)
        last = day if session.ends > session.starts else day + timedelta(days=1)
        ends = datetime.combine(last, session.ends, tzinfo=self.tz)
        return starts, ends
