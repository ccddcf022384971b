"""Tries are counted before they are made, all or none; without the cache there is none."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as CacheAway

from apps.core import throttle
from apps.core.throttle import Limit, TooManyTries, count, exceeded, take

EVER = 10**9
NARROW, WIDE = Limit("narrow", 2, EVER), Limit("wide", 3, EVER)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_so_many_tries_and_no_more():
    for _ in range(2):
        take([(NARROW, "a")])
    with pytest.raises(TooManyTries) as caught:
        take([(NARROW, "a")])
    assert caught.value.limit == "narrow"
    assert 0 < caught.value.retry_after <= EVER
    take([(NARROW, "b")])


def test_who_is_stopped_by_one_limit_uses_nothing_of_another():
    for _ in range(2):
        take([(NARROW, "a"), (WIDE, "all")])
    for _ in range(5):
        with pytest.raises(TooManyTries):
            take([(NARROW, "a"), (WIDE, "all")])
    take([(NARROW, "b"), (WIDE, "all")])
    with pytest.raises(TooManyTries) as caught:
        take([(NARROW, "c"), (WIDE, "all")])
    assert caught.value.limit == "wide"
    take([(NARROW, "c")], times=2)  # the refused try was given back


def test_several_tries_are_taken_together():
    with pytest.raises(TooManyTries):
        take([(WIDE, "a")], times=4)
    turn = take([(WIDE, "a")], times=3)
    with pytest.raises(TooManyTries):
        take([(WIDE, "a")])
    turn.give_back(2)
    take([(WIDE, "a")], times=2)
    with pytest.raises(TooManyTries):
        take([(WIDE, "a")])


def test_a_window_ends_with_its_slot_of_the_clock(monkeypatch):
    limit = Limit("minute", 1, 60)
    monkeypatch.setattr(throttle.time, "time", lambda: 600.0)
    take([(limit, "a")])
    monkeypatch.setattr(throttle.time, "time", lambda: 630.5)
    with pytest.raises(TooManyTries) as caught:
        take([(limit, "a")])
    assert caught.value.retry_after == 30
    monkeypatch.setattr(throttle.time, "time", lambda: 660.0)
    take([(limit, "a")])


def test_without_the_cache_there_is_no_try(monkeypatch):
    def away(*_arguments: object) -> int:
        raise CacheAway

    monkeypatch.setattr(throttle, "_add", away)
    with pytest.raises(TooManyTries) as caught:
        take([(WIDE, "a")])
    assert (caught.value.limit, caught.value.retry_after) == ("cache", 5)
    count(WIDE, "a")  # what stops nobody goes on without it


def test_what_is_too_much_is_told_once_a_window():
    count(WIDE, "a", times=3)
    assert exceeded(WIDE, "a") == 0
    count(WIDE, "a")
    assert [exceeded(WIDE, "a"), exceeded(WIDE, "a")] == [4, 0]


def test_no_key_in_the_cache_names_anybody():
    seen = []

    class Spy:
        def incr(self, key: str, times: int) -> int:
            seen.append(key)
            return 1

    original, throttle.cache = throttle.cache, Spy()
    try:
        take([(WIDE, "203.0.113.7")])
    finally:
        throttle.cache = original
    assert seen
    assert "203" not in seen[0]
