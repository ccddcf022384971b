"""Pure parts of an event: bars that never cover each other, sessions that meet or not, codes of copies."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.activities.events.calendar import Span, calendar_of
from apps.activities.events.copies import copied_content, new_codes
from apps.activities.events.overlaps import never_opens, overlaps_of
from apps.activities.events.pages.forms import code_of_next
from apps.activities.events.reach import Reach
from apps.offers.compile import compile_activity
from apps.offers.documents import read_activity
from apps.pricing.faults import Findings, Reader

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 1, tzinfo=UTC)


def days(number: float) -> datetime:
    return START + timedelta(days=number)


def span(key: str, starts: float, ends: float, row: tuple[str, int] = ("", 0)) -> Span:
    return Span(key, row, days(starts), days(ends))


def test_bars_that_meet_in_time_take_lanes_of_their_own():
    spans = [span("a", 0, 4), span("b", 2, 6), span("c", 4, 8), span("d", 1, 2, ("s1", 1))]
    calendar = calendar_of(spans, (None, days(10)), days(5), ZONE)
    assert calendar is not None
    assert [(row.row, row.lanes) for row in calendar.rows] == [(("", 0), 2), (("s1", 1), 1)]
    bars = {bar.key: (bar.left, bar.width, bar.lane) for row in calendar.rows for bar in row.bars}
    assert bars == {
        "a": ("0.000", "40.000", 0),
        "b": ("20.000", "40.000", 1),
        "c": ("40.000", "40.000", 0),
        "d": ("10.000", "10.000", 0),
    }
    assert calendar.now == "50.000"


def test_ticks_are_midnights_of_the_portal_and_few():
    calendar = calendar_of([span("a", 0, 40)], (None, None), days(50), ZONE)
    assert calendar is not None
    assert calendar.now is None
    local = [tick.at.astimezone(ZONE) for tick in calendar.ticks]
    assert {at.time() for at in local} == {time()}
    assert [at.day for at in local] == [5, 9, 13, 17, 21, 25, 29, 3, 7, 11]


def test_without_any_time_there_is_no_calendar():
    assert calendar_of([], (None, None), START, ZONE) is None
    assert calendar_of([], (START, START), START, ZONE) is None


def offer(code: str, starts: float, ends: float, **more: Any) -> Any:
    findings = Findings()
    raw = {
        "code": code,
        "name": code,
        "layer": "item",
        "kind": "direct_reduction",
        "params": {"value": 100},
        "starts_at": days(starts).isoformat(),
        "ends_at": days(ends).isoformat(),
        **more,
    }
    content = read_activity(Reader(raw, "", findings))
    assert findings.faults == []
    return compile_activity(content)


def at_hours(*sessions: tuple[str, str], days_of_week: tuple[int, ...] = ()) -> dict[str, Any]:
    return {
        "tz": "Asia/Shanghai",
        "days": list(days_of_week),
        "sessions": [{"from": one, "to": other} for one, other in sessions],
    }


ALL = Reach({"a": 0b11, "b": 0b10, "c": 0b100}, (1, 5, 2))


def pairs(*offers: Any) -> list[tuple[str, str, int]]:
    return [(one.one, one.other, one.skus) for one in overlaps_of(offers, ALL)]


def test_overlaps_need_one_layer_one_time_and_common_goods():
    assert pairs(offer("a", 0, 4), offer("b", 2, 6)) == [("a", "b", 5)]
    assert pairs(offer("a", 0, 4), offer("b", 4, 6)) == []
    assert pairs(offer("a", 0, 4), offer("c", 2, 6)) == []
    params = {"metric": "amount", "tiers": [{"at": 100, "benefit": {"amount_off": 1}}]}
    other_layer = offer("b", 2, 6, layer="platform", kind="threshold", params=params)
    assert pairs(offer("a", 0, 4), other_layer) == []


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (at_hours(("10:00", "12:00")), at_hours(("11:00", "13:00")), True),
        (at_hours(("10:00", "12:00")), at_hours(("12:00", "13:00")), False),
        (at_hours(("22:00", "02:00")), at_hours(("01:00", "03:00")), True),
        (
            at_hours(("10:00", "12:00"), days_of_week=(6,)),
            at_hours(("10:00", "12:00"), days_of_week=(7,)),
            False,
        ),
        (at_hours(("10:00", "12:00")), None, True),
    ],
    ids=["hours shared", "one after the other", "over midnight", "other days", "all day"],
)
def test_sessions_meet_or_not(one, other, meet):
    offers = offer("a", 0, 7, schedule=one), offer("b", 0, 7, schedule=other)
    assert bool(pairs(*offers)) is meet
    assert bool(pairs(*reversed(offers))) is meet


def test_sessions_that_no_day_of_the_window_has_never_open():
    saturdays = at_hours(("10:00", "12:00"), days_of_week=(6,))
    assert never_opens(offer("a", 1, 3, schedule=saturdays))  # from Monday to Wednesday
    assert not never_opens(offer("a", 1, 7, schedule=saturdays))
    assert not never_opens(offer("a", 1, 3))


def test_codes_of_copies_follow_their_event():
    found = new_codes(["d11-2026-a", "flash", "x" * 64], "d11-2026", "d12", {"flash-d12"})
    assert found == {"d11-2026-a": "d12-a", "flash": "flash-d12-2", "x" * 64: "x" * 64}
    assert (code_of_next("d11-2026"), code_of_next("spring")) == ("d11-2027", "spring-2")


def test_a_copy_names_the_copies_of_what_it_named():
    content = {
        "code": "old",
        "starts_at": days(0).isoformat(),
        "items": [{"template": "one", "quantity": 2}, {"template": "other", "quantity": 1}],
        "schedule": at_hours(("10:00", "12:00")),
        "event": "d11",
    }
    copy = copied_content(content, "new", timedelta(days=2), {"one": "one-again"}, "d12")
    assert copy == {
        "code": "new",
        "starts_at": days(2).isoformat(),
        "items": [{"template": "one-again", "quantity": 2}, {"template": "other", "quantity": 1}],
        "schedule": at_hours(("10:00", "12:00")),
        "event": "d12",
    }
