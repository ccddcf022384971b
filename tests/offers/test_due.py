"""By when a submission is to be decided."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from apps.offers.versions.review import _due

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_in", "due_in"),
    [
        (timedelta(hours=10), timedelta(hours=6)),
        (timedelta(hours=4), timedelta(hours=4)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(minutes=1), timedelta(minutes=30)),
        (timedelta(hours=-3), timedelta(minutes=30)),
    ],
)
def test_due_some_hours_before_the_start_and_never_at_once(starts_in, due_in):
    version = SimpleNamespace(content={"starts_at": (NOW + starts_in).isoformat()})
    assert _due(version, NOW) == NOW + due_in


def test_what_has_no_start_is_not_due():
    assert _due(SimpleNamespace(content={}), NOW) is None
