"""Local times as people type them, also on the days when the clocks change."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError

from apps.core.forms import LocalDateTimeField

TEN_PAST_TWELVE = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-10T20:00",
        "2026-11-10 20:00",
        "2026-11-10 20:00:00",
        "2026/11/10 20:00",
        "2026年11月10日 20:00",
        "2026年11月10日20:00",
        "２０２６-11-10　２０：００",
        "2026-11-10 20:00+08:00",
    ],
)
def test_reads_the_portals_local_time(typed):
    assert LocalDateTimeField().clean(typed) == TEN_PAST_TWELVE


@pytest.mark.parametrize("typed", ["2026-11-11 23:59:59", "2026-11-11 24:00", "2026-11-11T24:00:00"])
def test_the_last_second_of_a_day_is_its_end(typed):
    assert LocalDateTimeField().clean(typed) == datetime(2026, 11, 11, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-11-10", "invalid"),
        ("20:00", "invalid"),
        ("tomorrow", "invalid"),
        ("2026-02-30 10:00", "no_such_time"),
        ("2026-11-10 24:01", "no_such_time"),
        ("2026-11-10 20:60", "no_such_time"),
        ("1999-11-10 20:00", "year"),
        ("9999-12-31 23:59:59", "year"),
        ("2026-11-10 20:00+09:00", "offset"),
    ],
)
def test_refuses(typed, code):
    with pytest.raises(ValidationError) as refusal:
        LocalDateTimeField().clean(typed)
    assert [error.code for error in refusal.value.error_list] == [code]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2026-03-29 02:00", "skipped"),
        ("2026-03-29 02:30", "skipped"),
        ("2026-03-29 02:30+01:00", "skipped"),
        ("2026-10-25 02:30", "ambiguous"),
        ("2026-10-25 02:30+03:00", "offset"),
    ],
)
def test_clock_changes_are_not_guessed(settings, typed, code):
    settings.TIME_ZONE = "Europe/Berlin"
    with pytest.raises(ValidationError) as refusal:
        LocalDateTimeField().clean(typed)
    assert [error.code for error in refusal.value.error_list] == [code]


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-03-29 01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29 03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25 02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_times_beside_a_clock_change(settings, typed, utc):
    settings.TIME_ZONE = "Europe/Berlin"
    assert LocalDateTimeField().clean(typed) == utc


def test_the_question_names_both_answers(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    with pytest.raises(ValidationError) as refusal:
        LocalDateTimeField().clean("2026-10-25 02:30")
    assert refusal.value.error_list[0].params == {"first": "02:30+02:00", "second": "02:30+01:00"}


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 10, 12, 0, tzinfo=UTC), "2026-11-10 13:00"),
        (datetime(2026, 11, 10, 12, 0, 5, tzinfo=UTC), "2026-11-10 13:00:05"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30+01:00"),
    ],
)
def test_stored_instant_stands_in_the_input_and_is_no_change(settings, moment, text):
    settings.TIME_ZONE = "Europe/Berlin"

    class Form(forms.Form):
        starts_at = LocalDateTimeField()

    html = str(Form(initial={"starts_at": moment})["starts_at"])
    assert f'value="{text}"' in html
    assert 'type="text"' in html
    assert not Form({"starts_at": text}, initial={"starts_at": moment}).has_changed()


def test_an_ambiguous_time_comes_back_as_text_so_that_it_can_be_answered(settings):
    settings.TIME_ZONE = "Europe/Berlin"

    class Form(forms.Form):
        starts_at = LocalDateTimeField()

    form = Form({"starts_at": "2026-10-25 02:30"})
    assert not form.is_valid()
    assert 'value="2026-10-25 02:30"' in str(form["starts_at"])
