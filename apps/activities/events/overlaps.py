"""Activities of one layer that run at one time over the same goods: there a unit or an order has one of them only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from apps.activities.events.reach import Reach
from apps.pricing.offer import Offer
from apps.pricing.schedule import Schedule

#: after so long the sessions of a week have all been
A_WEEK = timedelta(days=8)


@dataclass(frozen=True)
class Overlap:
    """Two offer codes, the time they share, and the number of SKUs in both."""

    one: str
    other: str
    starts_at: datetime
    ends_at: datetime
    skus: int


def overlaps_of(offers: Sequence[Offer], reach: Reach) -> list[Overlap]:
    """The widest first."""
    found = []
    for one, other in combinations(offers, 2):
        if one.layer is not other.layer or not reach.masks.get(one.code, 0) & reach.masks.get(other.code, 0):
            continue
        shared = _shared_time(one, other)
        if shared is not None:
            found.append(Overlap(one.code, other.code, *shared, reach.common(one.code, other.code)))
    return sorted(found, key=lambda overlap: (-overlap.skus, overlap.starts_at, overlap.one, overlap.other))


def _shared_time(one: Offer, other: Offer) -> tuple[datetime, datetime] | None:
    if one.starts_at is None or other.starts_at is None or one.ends_at is None or other.ends_at is None:
        return None
    starts, ends = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
    if starts >= ends or not _sessions_meet(one.schedule, other.schedule, starts, ends):
        return None
    return starts, ends


def _sessions_meet(one: Schedule | None, other: Schedule | None, starts: datetime, ends: datetime) -> bool:
    """Whether both are open at some instant of `[starts, ends)`."""
    if one is None or other is None:
        only = one or other
        return only is None or _opens(only, starts, ends)
    moment = starts
    last = min(ends, starts + A_WEEK)
    while moment < last:
        if one.covers(moment) and _opens(other, moment, min(ends, _closes(one, moment))):
            return True
        upcoming = one.next_start(moment)
        if upcoming is None:
            return False
        moment = upcoming
    return False


def _opens(schedule: Schedule, starts: datetime, ends: datetime) -> bool:
    """Whether it is open at some instant of `[starts, ends)`."""
    if schedule.covers(starts):
        return starts < ends
    upcoming = schedule.next_start(starts)
    return upcoming is not None and upcoming < ends


def _closes(schedule: Schedule, moment: datetime) -> datetime:
    session = schedule.session_at(moment)
    assert session is not None
    return session[1]


def never_opens(offer: Offer) -> bool:
    """Whether its sessions leave it no instant between its start and its end."""
    if offer.schedule is None or offer.starts_at is None or offer.ends_at is None:
        return False
    return not _opens(offer.schedule, offer.starts_at, offer.ends_at)
