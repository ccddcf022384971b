"""`POST /events`: noted once, refused with every fault, one statement whatever the number."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.clock import database_now, frozen
from apps.sightings.models import Sighting
from apps.sightings.partitions import drop_old_partitions, kept_days, make_partitions


def event(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"e{number}", "type": "exposure", "code": "ten-off", **fields}


def test_events_are_noted_once(caller: Any) -> None:
    seen = event(1, placement="home", customer="c1", channel="app", terminal="ios")
    clicked = event(2, type="click", at=database_now().isoformat())
    answer = caller.post("events", {"events": [seen, clicked]})
    assert (answer.status_code, answer.json()) == (200, {"noted": 2, "repeated": 0})
    assert caller.post("events", {"events": [seen, clicked, event(3)]}).json() == {"noted": 1, "repeated": 2}
    row = Sighting.objects.get(event="e1")
    assert (row.type, row.code, row.placement, row.customer_code, row.channel, row.terminal) == (
        "exposure", "ten-off", "home", "c1", "app", "ios",
    )  # fmt: skip


def test_a_time_told_with_another_offset_is_the_same_event(caller: Any) -> None:
    at = database_now() - timedelta(hours=1)
    first, second = event(1, at=at.isoformat()), event(1, at=at.isoformat().replace("+00:00", "Z"))
    assert caller.post("events", {"events": [first]}).json()["noted"] == 1
    assert caller.post("events", {"events": [second]}).json()["noted"] == 0


def test_every_fault_is_named_and_nothing_is_noted(caller: Any) -> None:
    answer = caller.post(
        "events",
        {
            "events": [
                event(1),
                event(2, type="seen"),
                {"id": "x/y", "type": "click"},
                event(4, at="noon"),
                event(5, who=1),
            ]
        },
    )
    assert answer.status_code == 400
    assert sorted((one["path"], one["code"]) for one in answer.json()["errors"]) == [
        ("events[1].type", "choice"),
        ("events[2].code", "required"),
        ("events[2].id", "code"),
        ("events[3].at", "time"),
        ("events[4].who", "unknown_key"),
    ]
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("shift", [timedelta(days=-7, minutes=-1), timedelta(minutes=11)])
def test_what_lies_too_far_from_now_is_refused_with_all_of_the_body(caller: Any, shift: timedelta) -> None:
    far = (database_now() + shift).isoformat()
    answer = caller.post("events", {"events": [event(1), event(2, at=far), event(3, at=far)]})
    assert answer.status_code == 400
    assert [one["path"] for one in answer.json()["errors"]] == ["events[1].at", "events[2].at"]
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("body", [{}, {"events": []}, {"events": None}, {"events": [1]}, [], {"events": "x"}])
def test_what_is_no_list_of_events_is_refused(caller: Any, body: Any) -> None:
    answer = caller.post("events", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_thousand_take_one_statement_and_one_more_is_refused(caller: Any) -> None:
    caller.post("events", {"events": [event(0)]})  # the key is known from now on
    with CaptureQueriesContext(
        connection,
    ) as statements:
        answer = caller.post("events", {"events": [event(n) for n in range(1, 1_001)]})
    asked = [one["sql"] for one in statements.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert (answer.json(), len(asked)) == ({"noted": 1_000, "repeated": 0}, 1)
    assert caller.post("events", {"events": [event(n) for n in range(1_001)]}).status_code == 400


def test_sent_again_after_midnight_without_a_time_it_is_still_the_same(caller: Any) -> None:
    midnight = (database_now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    for seconds, noted in ((-1, 1), (1, 0)):
        with frozen(midnight + timedelta(seconds=seconds)):
            assert caller.post("events", {"events": [event(1)]}).json()["noted"] == noted


@pytest.mark.django_db
def test_days_are_made_ahead_even_if_beat_was_away(caller: Any) -> None:
    with frozen(database_now() + timedelta(days=60)):
        assert caller.post("events", {"events": [event(1)]}).json()["noted"] == 1
        assert make_partitions() == 0


def test_days_out_of_time_are_dropped_whole(caller: Any, settings: Any) -> None:
    settings.SIGHTING_DAYS_KEPT = 14
    caller.post("events", {"events": [event(1)]})
    first = kept_days()[0]
    with frozen(database_now() + timedelta(days=15)):
        assert drop_old_partitions() == 9
    assert kept_days()[0] > first
    assert not Sighting.objects.exists()


def test_without_a_key_nothing_is_noted(db: None, caller_with: Any) -> None:
    assert caller_with(None).post("events", {"events": [event(1)]}).status_code == 401
    assert not Sighting.objects.exists()
