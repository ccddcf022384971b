"""How often something may be tried: atomic counters in the cache, and no try at all while the cache is away.

A window is a slot of the clock: its counter begins at nothing, is named for the slot and outlives it, so that no
expiry can fall between two steps. A try is counted before it is made; one that was no guess is given back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from apps.core.marks import hash_of

log = structlog.get_logger(__name__)

CLOSED_SECONDS = 5
CACHE_AWAY = (RedisError, OSError)


class TooManyTries(Exception):
    """No try is left, or nobody can say; `retry_after` is in seconds."""

    def __init__(self, limit: str, retry_after: int) -> None:
        super().__init__(limit)
        self.limit = limit
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries in `seconds`, for each subject by itself."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Tries that were counted: the counters they stand in."""

    keys: tuple[str, ...]
    times: int

    def give_back(self, times: int | None = None) -> None:
        """Uncount all of them, or some; a cache that is away by now forgets them by itself."""
        _release(self.keys, self.times if times is None else times)


def take(wanted: Sequence[tuple[Limit, str]], *, times: int = 1) -> Turn:
    """Count `times` tries for each subject under its limit, all or none. Raises TooManyTries.

    Give the narrowest first: who has used up their own leaves those of the others alone.
    """
    now, keys = time.time(), list[str]()
    try:
        for limit, subject in wanted:
            key = _key(limit, subject, now)
            tries = _add(key, limit, times)
            keys.append(key)
            if tries > limit.most:
                _release(keys, times)
                raise TooManyTries(limit.name, _left(limit, now))
    except CACHE_AWAY as error:
        log.warning("throttle_closed", error=type(error).__name__)
        raise TooManyTries("cache", CLOSED_SECONDS) from error
    return Turn(tuple(keys), times)


def count(limit: Limit, subject: str, *, times: int = 1) -> None:
    """Add to a counter that stops nobody, if there is a cache to count in."""
    try:
        _add(_key(limit, subject, time.time()), limit, times)
    except CACHE_AWAY as error:
        log.warning("nothing_counted", counter=limit.name, error=type(error).__name__)


def exceeded(limit: Limit, subject: str) -> int:
    """How many there were in this window or the last, at the first look that finds more than `most`; else 0."""
    now = time.time()
    try:
        for moment in (now, now - limit.seconds):
            key = _key(limit, subject, moment)
            found = cache.get(key) or 0
            if found > limit.most and cache.add(f"{key}:told", 1, 3 * limit.seconds):
                return found
    except CACHE_AWAY as error:
        log.warning("nothing_counted", counter=limit.name, error=type(error).__name__)
    return 0


def _add(key: str, limit: Limit, times: int) -> int:
    try:
        return cache.incr(key, times)
    except ValueError:  # the first of its window; of two at once one makes the counter
        cache.add(key, 0, 2 * limit.seconds)
        return cache.incr(key, times)


def _release(keys: Sequence[str], times: int) -> None:
    for key in keys:
        try:
            cache.decr(key, times)
        except (ValueError, *CACHE_AWAY) as error:
            log.info("nothing_given_back", error=type(error).__name__)


def _key(limit: Limit, subject: str, now: float) -> str:
    """Names its subject by a keyed hash: what is counted may be an address."""
    return f"throttle:{limit.name}:{hash_of(limit.name, subject)}:{int(now) // limit.seconds}"


def _left(limit: Limit, now: float) -> int:
    """Seconds until the next window."""
    return limit.seconds - int(now) % limit.seconds
