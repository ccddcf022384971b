"""At which instants the prices of which SKUs change by the clock: offers start, end, and have sessions.

What is listed is in the order of (instant, offer, change, SKU), and one such place is where a page ends. The database
sorts starts and ends; sessions are reckoned here, and only so many of them as the page needs are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import F, Q, QuerySet, Value

from apps.activities.models import Activity
from apps.activities.stops import StopKind
from apps.catalog.models import Sku
from apps.catalog.models.exclusions import ExcludedFrom
from apps.offers.compile import compile_schedule
from apps.offers.lifecycle import State
from apps.offers.selectors import skus_in_scope
from apps.pricing.kinds import kind_from_json
from apps.pricing.layers import Layer
from apps.pricing.schedule import Schedule

PRICED = (Layer.ITEM, Layer.SHOP, Layer.PLATFORM)  # what shipping costs is no price of a SKU
APPROVED = [State.APPROVED.value, State.LIVE.value]
BATCH = 100
TOGETHER = 20
DAY = timedelta(days=1)
ENDS = """
SELECT {column}, activity.code, '{change}' FROM activities_activity activity
JOIN activities_activityversion version ON version.id = activity.current_id
WHERE activity.status = ANY(%(states)s) AND activity.layer = ANY(%(layers)s)
    AND (%(shop)s::text IS NULL OR activity.shop_code IN ('', %(shop)s))
    AND version.content->'schedule' = 'null' AND activity.starts_at < activity.ends_at
    AND {column} >= %(since)s AND {column} < %(until)s
    AND (activity.{column}, activity.code, '{change}') >= (%(at)s, %(code)s, %(change)s)
"""


class Change(StrEnum):
    STARTS = "starts"
    ENDS = "ends"


class Turn(NamedTuple):
    """An instant at which one offer begins or stops to price."""

    at: datetime
    offer: str
    change: str


class Place(NamedTuple):
    """Where a list goes on: after this SKU of this turn."""

    turn: Turn
    sku: str


@dataclass(frozen=True, slots=True)
class Window:
    """`[since, until)`, for the goods of one shop or of all."""

    since: datetime
    until: datetime
    layers: Sequence[Layer] = PRICED
    shop: str | None = None


def price_changes(window: Window, *, after: Place | None, limit: int) -> list[Place]:
    """The first `limit` SKUs and turns after a place, in order."""
    start = after.turn if after else Turn(window.since, "", "")
    found: list[Place] = []
    turns = _turns(window, start)
    while len(found) < limit and (together := list(islice(turns, TOGETHER))):
        found += _skus_of(together, window.shop, after, limit - len(found))
    return found


def _turns(window: Window, start: Turn) -> Iterator[Turn]:
    """All turns from `start` on, read in batches."""
    batch = _batch(window, start)
    yield from batch
    while len(batch) == BATCH:
        batch = _batch(window, batch[-1])
        yield from batch[1:]  # it begins with the last one of the batch before


def _batch(window: Window, start: Turn) -> list[Turn]:
    in_sessions = (turn for turn in _turns_in_sessions(window) if turn >= start)
    return nsmallest(BATCH, [*_plain_turns(window, start), *nsmallest(BATCH, in_sessions)])


def _plain_turns(window: Window, start: Turn) -> list[Turn]:
    """Starts and ends of offers without sessions."""
    parts = (("starts_at", Change.STARTS), ("ends_at", Change.ENDS))
    union = " UNION ALL ".join(ENDS.format(column=column, change=change) for column, change in parts)
    named = {
        "states": APPROVED,
        "layers": [layer.value for layer in window.layers],
        "shop": window.shop,
        "since": window.since,
        "until": window.until,
        "at": start.at,
        "code": start.offer,
        "change": start.change,
        "limit": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{union} ORDER BY 1, 2, 3 LIMIT %(limit)s", named)
        return [Turn(at.astimezone(UTC), code, change) for at, code, change in cursor.fetchall()]


def _turns_in_sessions(window: Window) -> Iterator[Turn]:
    running = Activity.objects.filter(
        _of_shop(window.shop),
        status__in=APPROVED,
        layer__in=window.layers,
        starts_at__lt=window.until,
        ends_at__gte=window.since,
        ends_at__gt=F("starts_at"),
    ).exclude(current__content__schedule=None)
    rows = running.values_list("code", "starts_at", "ends_at", "current__content__schedule")
    for code, starts_at, ends_at, content in rows.iterator(chunk_size=BATCH):
        schedule = compile_schedule(content)
        if schedule is None:
            continue
        for starts, ends in sessions(schedule, starts_at, ends_at, window.since, window.until):
            for at, change in ((starts, Change.STARTS), (ends, Change.ENDS)):
                if window.since <= at < window.until:
                    yield Turn(at.astimezone(UTC), code, change)


def sessions(
    schedule: Schedule, starts_at: datetime, ends_at: datetime, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """When an offer prices, cut to its window, as far as that could begin or end in `[since, until)`.

    Sessions that overlap or follow each other are one: nothing changes between them.
    """
    # A session lasts a day at most: what ends at `since` has begun since then.
    moment = since - DAY if since - starts_at > DAY else starts_at
    last = min(ends_at, until)
    begins: datetime | None = moment if schedule.covers(moment) else schedule.next_start(moment)
    while begins is not None and begins < last:
        ends = begins
        while ends < last and (session := schedule.session_at(ends)):
            ends = session[1]
        yield begins, min(ends, ends_at)
        begins = schedule.next_start(ends)


def _of_shop(shop: str | None) -> Q:
    return Q() if shop is None else Q(shop_code__in=["", shop])


def _skus_of(turns: Sequence[Turn], shop: str | None, after: Place | None, limit: int) -> list[Place]:
    """The SKUs of some turns: each at most as many as the page still takes, all with one statement."""
    codes = {turn.offer for turn in turns}
    stopped = ArrayAgg("stops__sku", filter=Q(stops__kind=StopKind.SKU, stops__lifted_at=None), default=None)
    rows = Activity.objects.filter(code__in=codes).annotate(stopped=stopped)
    goods = {
        code: _goods(content, shop, stopped)
        for code, content, stopped in rows.values_list("code", "current__content", "stopped")
    }
    parts = []
    for position, turn in enumerate(turns):
        if (skus := goods.get(turn.offer)) is None:
            continue
        if after is not None and turn == after.turn:
            skus = skus.filter(code__gt=after.sku)
        marked = skus.annotate(turn=Value(position))
        parts.append(marked.order_by("code").values_list("turn", "code")[:limit])
    if not parts:
        return []
    listed = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return [Place(turns[position], sku) for position, sku in sorted(listed)[:limit]]


def _goods(content: dict[str, Any], shop: str | None, stopped: list[str] | None) -> QuerySet[Sku]:
    """What the offer prices: its scope, of a kind that names its own only those, less what is kept from it."""
    skus = skus_in_scope(content["scope"], content["shop"])
    only = kind_from_json(content["kind"], content["params"]).only_skus()
    if only is not None:
        skus = skus.filter(pk__in=only)
    if shop is not None:
        skus = skus.filter(shop=shop)
    return skus.exclude(excluded_all__contains=[ExcludedFrom.ACTIVITIES.value]).exclude(pk__in=stopped or [])
