"""The instants of the next days at which offers start, with how many goods change and whether the book holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.scope import visible
from apps.activities.models import Activity
from apps.offers.admin.preview import skus_reached
from apps.offers.lifecycle import State
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER, LiveBook
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED

AHEAD = timedelta(days=60)
MOST_STARTS = 30
MOST_ACTIVITIES = 500


@dataclass(frozen=True, slots=True)
class Starting:
    """One activity of a start: `ready` when the book already holds it, in this very content."""

    activity: Activity
    skus: int
    ready: bool
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class MassStart:
    at: datetime
    activities: tuple[Starting, ...]
    skus: int

    @property
    def ready(self) -> bool:
        return all(one.ready for one in self.activities)

    @property
    def held_since(self) -> datetime | None:
        """From then on every process has all of it: the approval that came last."""
        times = [one.approved_at for one in self.activities if one.approved_at is not None]
        return max(times, default=None) if self.ready else None


@dataclass(frozen=True, slots=True)
class Instant:
    """A line of the list: how many offers start then."""

    at: datetime
    offers: int


def instants(now: datetime, user: Any) -> list[Instant]:
    """What starts when, the next first, from approved activities; one statement."""
    rows = (
        visible(user, Activity.objects.all())
        .filter(status__in=[State.APPROVED, State.PAUSED], starts_at__gt=now, starts_at__lt=now + AHEAD)
        .order_by("starts_at")
        .values_list("starts_at", flat=True)
    )
    counted: dict[datetime, int] = {}
    for at in rows.iterator():
        counted[at] = counted.get(at, 0) + 1
    return [Instant(at, offers) for at, offers in list(counted.items())[:MOST_STARTS]]


def biggest(found: Iterable[Instant]) -> Instant | None:
    """The one with most offers, of equal ones the next."""
    return max(found, key=lambda one: one.offers, default=None)


def start_at(at: datetime, user: Any) -> MassStart:
    """Everything that starts at an instant; a statement for each activity to count its goods."""
    rows = visible(user, Activity.objects.all()).filter(
        status__in=[State.APPROVED, State.PAUSED], starts_at=at
    )
    book = KEEPER.at_least(book_version())
    found = []
    codes: set[str] = set()
    for activity in rows.select_related("current").order_by("code")[:MOST_ACTIVITIES]:
        content = activity.current.content
        goods = set(skus_reached(content, faultless=True).order_by().values_list("pk", flat=True))
        codes |= goods
        found.append(Starting(activity, len(goods), _holds(book, activity), activity.current.approved_at))
    return MassStart(at, tuple(found), len(codes))


def _holds(book: LiveBook, activity: Activity) -> bool:
    """The book has the offer, with this start, and nothing holds it back."""
    offer: Offer | None = book.offers.offers.get(activity.code)
    if offer is None or offer.starts_at is None:
        return False
    return offer.starts_at == activity.starts_at and not book.usages.get(activity.code, UNUSED).blocked
