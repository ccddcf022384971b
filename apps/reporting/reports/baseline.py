"""What the same goods sold on the same weekdays before: what would probably have been sold anyway."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.replica import reader
from apps.reporting.reports.subjects import Subject

WEEKS = 4
WEEK = timedelta(days=7)
# Days before the portal knew of any sale say nothing.
STATEMENT = """
WITH goods AS (SELECT DISTINCT sku FROM reporting_goods WHERE offer = ANY(%(offers)s)),
spans AS (SELECT * FROM unnest(%(numbers)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS s(number, first, last)),
known AS (SELECT min(day) AS first FROM reporting_goods WHERE offer = '')
SELECT spans.number, spans.first, spans.last, coalesce(sum(g.units), 0)::bigint, coalesce(sum(g.net_amount), 0)::bigint,
    coalesce(sum(g.list_amount - g.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint
FROM spans CROSS JOIN known
LEFT JOIN reporting_goods g ON g.offer = '' AND g.day BETWEEN spans.first AND spans.last
    AND g.sku IN (SELECT sku FROM goods)
LEFT JOIN catalog_sku k ON k.code = g.sku
WHERE known.first <= spans.first
GROUP BY 1, 2, 3 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Sold:
    """The goods of the offer over some days, with whatever offers. `margin` is at list price."""

    first: date
    last: date
    units: int
    net: int
    margin: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """`during` against the average of the earlier spans of equal weekdays."""

    during: Sold
    earlier: tuple[Sold, ...]

    @property
    def units(self) -> int:
        return self._average("units")

    @property
    def net(self) -> int:
        return self._average("net")

    @property
    def margin(self) -> int:
        return self._average("margin")

    @property
    def more_units(self) -> int:
        return self.during.units - self.units

    @property
    def more_net(self) -> int:
        return self.during.net - self.net

    @property
    def more_margin(self) -> int:
        return self.during.margin - self.margin

    @property
    def change_bps(self) -> int | None:
        return round(10_000 * self.more_net / self.net) if self.net else None

    def _average(self, name: str) -> int:
        return round(sum(getattr(one, name) for one in self.earlier) / len(self.earlier))


def baseline_of(subject: Subject, today: date) -> Baseline | None:
    """None before the start, without goods of its own, or where no sale is known of any earlier span."""
    if subject.starts_at is None or subject.ends_at is None or not subject.offers:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    first = subject.starts_at.astimezone(zone).date()
    last = min((subject.ends_at - timedelta(microseconds=1)).astimezone(zone).date(), today)
    if last < first:
        return None
    found = {row[0]: Sold(*row[1:]) for row in _sold(subject.offers, spans(first, last))}
    earlier = tuple(one for number, one in found.items() if number)
    return Baseline(found[0], earlier) if earlier and 0 in found else None


def spans(first: date, last: date) -> list[tuple[int, date, date]]:
    """The days themselves, and the same weekdays before as often as they fit without touching each other."""
    step = -(-((last - first).days + 1) // 7) * WEEK
    return [(number, first - number * step, last - number * step) for number in range(WEEKS + 1)]


def _sold(offers: Collection[str], days: list[tuple[int, date, date]]) -> list[Any]:
    with reader().cursor() as cursor:
        cursor.execute(
            STATEMENT,
            {
                "offers": list(offers),
                "numbers": [one[0] for one in days],
                "firsts": [one[1] for one in days],
                "lasts": [one[2] for one in days],
            },
        )
        return list(cursor.fetchall())
