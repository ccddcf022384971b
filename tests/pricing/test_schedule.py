"""Sessions in the activity's own time zone: over midnight, on some days, through changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.schedule import Schedule, Session

SHANGHAI, BERLIN, NEW_YORK = (
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/New_York"),
)


def schedule(*sessions: str, days: set[int] = frozenset(), tz: ZoneInfo = SHANGHAI) -> Schedule:
    """Sessions as "20:00-22:00"."""
    cut = [session.split("-") for session in sessions]
    return Schedule(
        tz, frozenset(days), tuple(Session(time.fromisoformat(a), time.fromisoformat(b)) for a, b in cut)
    )


def local(text: str, tz: ZoneInfo = SHANGHAI) -> datetime:
    """An instant by its wall clock; 2026-11-09 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=tz)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2026-11-11T19:59:59.999999", False),
        ("2026-11-11T20:00:00", True),
        ("2026-11-11T21:59:59.999999", True),
        ("2026-11-11T22:00:00", False),
    ],
)
def test_a_session_holds_its_start_but_not_its_end(moment, inside):
    assert schedule("20:00-22:00").covers(local(moment)) is inside
    assert schedule("20:00-22:00").covers(local(moment).astimezone(UTC)) is inside


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2026-11-13T21:59", False),  # Friday
        ("2026-11-13T22:00", True),
        ("2026-11-14T01:59", True),  # Saturday, still Friday's session
        ("2026-11-14T02:00", False),
        ("2026-11-14T22:30", False),  # Saturday has none of its own
        ("2026-11-13T01:00", False),  # nor had Thursday
    ],
)
def test_a_session_over_midnight_belongs_to_the_day_it_begins_on(moment, inside):
    assert schedule("22:00-02:00", days={5}).covers(local(moment)) is inside


def test_a_session_over_midnight_reaches_from_sunday_into_monday():
    sunday = schedule("23:00-01:00", days={7})
    assert sunday.session_at(local("2026-11-16T00:30")) == (
        local("2026-11-15T23:00"),
        local("2026-11-16T01:00"),
    )
    assert sunday.session_at(local("2026-11-16T23:30")) is None


def test_equal_ends_are_a_whole_day():
    whole = schedule("09:00-09:00", days={1})
    assert whole.session_at(local("2026-11-10T08:59")) == (
        local("2026-11-09T09:00"),
        local("2026-11-10T09:00"),
    )
    assert whole.covers(local("2026-11-10T09:00")) is False
    assert schedule("00:00-00:00").covers(local("2026-11-10T00:00")) is True


def test_the_next_start_is_told():
    evenings = schedule("10:00-12:00", "20:00-22:00", days={1, 3})
    assert evenings.next_start(local("2026-11-09T09:00")) == local("2026-11-09T10:00")
    assert evenings.next_start(local("2026-11-09T10:00")) == local("2026-11-09T20:00")
    assert evenings.next_start(local("2026-11-09T20:00")) == local("2026-11-11T10:00")
    assert schedule("10:00-12:00", days={1}).next_start(local("2026-11-09T10:00")) == local(
        "2026-11-16T10:00"
    )


def test_the_wall_clock_counts_when_the_clocks_go_back():
    # Berlin, 25 Oct 2026: 03:00 summer time becomes 02:00; 01:00 to 04:00 lasts four hours.
    early = schedule("01:00-04:00", tz=BERLIN)
    starts, ends = early.session_at(local("2026-10-25T03:30", BERLIN))
    assert (starts.astimezone(UTC), ends.astimezone(UTC)) == (
        datetime(2026, 10, 24, 23, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 3, 0, tzinfo=UTC),
    )
    for hour in range(23, 27):
        assert early.covers(datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hour))
    assert not early.covers(datetime(2026, 10, 25, 3, 0, tzinfo=UTC))


def test_the_wall_clock_counts_when_the_clocks_go_forward():
    # New York, 8 Mar 2026: 02:00 becomes 03:00; 01:00 to 04:00 lasts two hours.
    early = schedule("01:00-04:00", tz=NEW_YORK)
    starts, ends = early.session_at(datetime(2026, 3, 8, 6, 30, tzinfo=UTC))
    assert ends.astimezone(UTC) - starts.astimezone(UTC) == timedelta(hours=2)
    assert early.covers(datetime(2026, 3, 8, 7, 59, tzinfo=UTC))
    assert not early.covers(datetime(2026, 3, 8, 8, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [  # New York, 8 Mar 2026: at 07:00 UTC the wall clock jumps from 02:00 to 03:00
        ("02:30-03:30", ["07:00", "07:29"], ["06:59", "07:30"]),
        ("01:30-02:30", ["06:30", "06:59"], ["06:29", "07:00", "07:15"]),
        ("02:10-02:50", [], ["06:20", "07:00", "07:20", "07:30"]),
    ],
)
def test_a_jump_of_the_clock_takes_the_time_that_no_clock_shows(hours, inside, outside):
    early = schedule(hours, tz=NEW_YORK)
    for at in inside:
        assert early.session_at(datetime.fromisoformat(f"2026-03-08T{at}Z")) is not None, at
    for at in outside:
        assert early.session_at(datetime.fromisoformat(f"2026-03-08T{at}Z")) is None, at


def test_a_time_shown_twice_is_in_its_session_twice_and_of_one_session():
    # New York, 1 Nov 2026: 01:15 is at 05:15 UTC and again at 06:15 UTC
    early = schedule("01:15-01:45", tz=NEW_YORK)
    first, second = datetime(2026, 11, 1, 5, 15, tzinfo=UTC), datetime(2026, 11, 1, 6, 15, tzinfo=UTC)
    half = timedelta(minutes=30)
    assert [at.astimezone(UTC) for at in early.session_at(first)] == [first, first + half]
    assert early.session_at(first + half) is None
    assert early.next_start(first + half).astimezone(UTC) == second
    assert early.session_at(second)[1].astimezone(UTC) == second + half
    assert early.session_began(second).astimezone(UTC) == first


def test_an_evening_session_stays_in_the_evening_all_year():
    evening = schedule("20:00-22:00", tz=BERLIN)
    assert evening.covers(datetime(2026, 7, 1, 18, 0, tzinfo=UTC))
    assert not evening.covers(datetime(2026, 7, 1, 20, 0, tzinfo=UTC))
    assert evening.covers(datetime(2026, 12, 1, 20, 0, tzinfo=UTC))


@st.composite
def schedules(draw) -> Schedule:
    times = st.sampled_from([time(0), time(0, 30), time(1, 30), time(2, 30), time(3), time(12), time(23, 30)])
    sessions = draw(st.lists(st.tuples(times, times), min_size=1, max_size=3))
    days = draw(st.frozensets(st.integers(1, 7)))
    tz = draw(st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")]))
    return Schedule(tz, days, tuple(Session(a, b) for a, b in sessions))


#: around changes of the clocks in these zones, and between
moments = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, month, day, tzinfo=UTC)
            for month, day in [(3, 7), (3, 28), (10, 3), (10, 24), (6, 1)]
        ]
    ),
    st.integers(0, 3 * 24 * 60),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(schedules(), moments)
def test_a_session_told_holds_the_moment_and_begins_on_one_of_its_days(given_schedule, moment):
    found = given_schedule.session_at(moment)
    assert given_schedule.covers(moment) is (found is not None)
    if found is not None:
        assert found[0] <= moment < found[1]
        assert not given_schedule.days or found[0].isoweekday() in given_schedule.days


@settings(max_examples=300, deadline=None, derandomize=True)
@given(schedules(), moments)
def test_nothing_begins_between_now_and_the_next_start(given_schedule, moment):
    following = given_schedule.next_start(moment)
    assert following is not None
    assert following > moment
    at = moment
    while at < following and at < moment + timedelta(days=3):
        found = given_schedule.session_at(at)
        assert found is None or found[0] <= moment
        at += timedelta(minutes=30)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(schedules(), moments)
def test_the_same_instant_is_the_same_in_every_zone(given_schedule, moment):
    assert given_schedule.covers(moment) == given_schedule.covers(moment.astimezone(NEW_YORK))
    assert given_schedule.next_start(moment) == given_schedule.next_start(moment.astimezone(BERLIN))
