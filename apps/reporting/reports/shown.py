"""Placements over a period: what was shown there, what was clicked, and the orders that it led to, thing by thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.accounts.scope import visible
from apps.activities.events.members import ACTIVITY, CAMPAIGN, TEMPLATE
from apps.core.replica import reader
from apps.reporting.reports.numbers import Period
from apps.reporting.reports.people import Placed
from apps.reporting.reports.subjects import MODELS

#: beyond these a list helps nobody
MOST = 500
STATEMENT = """
WITH seen AS (
    SELECT placement, code, sum(exposures)::bigint AS exposures, sum(clicks)::bigint AS clicks
    FROM reporting_seen WHERE hour >= %(since)s AND hour < %(until)s
        AND (%(placement)s::text IS NULL OR placement = %(placement)s) GROUP BY 1, 2
), led AS (
    SELECT l.placement, l.code, count(*) AS orders,
        sum(o.list_amount - o.discount_amount - o.refunded_amount)::bigint AS gmv
    FROM reporting_led l JOIN orders_order o ON o.id = l."order"
    WHERE l.paid_at >= %(since)s AND l.paid_at < %(until)s
        AND (%(placement)s::text IS NULL OR l.placement = %(placement)s) GROUP BY 1, 2
)
SELECT placement, code, coalesce(seen.exposures, 0), coalesce(seen.clicks, 0), coalesce(led.orders, 0),
    coalesce(led.gmv, 0)
FROM seen FULL JOIN led USING (placement, code)
WHERE code = ANY(%(codes)s) ORDER BY placement, 5 DESC, 3 DESC, code LIMIT %(most)s
"""
CODES = """
SELECT code FROM reporting_seen WHERE hour >= %(since)s AND hour < %(until)s
    AND (%(placement)s::text IS NULL OR placement = %(placement)s)
UNION SELECT code FROM reporting_led WHERE paid_at >= %(since)s AND paid_at < %(until)s
    AND (%(placement)s::text IS NULL OR placement = %(placement)s)
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing on one placement."""

    document: str
    thing: Any
    placed: Placed


def shown_in(user: User, period: Period, query: str = "", placement: str | None = None) -> list[Shown]:
    """What this person may see, by placement (or of one), the thing with most orders first."""
    names: dict[str, Any] = {
        "since": period.since,
        "until": period.until,
        "most": MOST,
        "placement": placement,
    }
    with reader().cursor() as cursor:
        cursor.execute(CODES, names)
        things = _things(user, (code for (code,) in cursor.fetchall()), query)
        cursor.execute(STATEMENT, {**names, "codes": list(things)})
        rows = cursor.fetchall()
    return [Shown(*things[code], Placed(placement, *numbers)) for placement, code, *numbers in rows]


def _things(user: User, codes: Iterable[str], query: str) -> dict[str, tuple[str, Any]]:
    """Codes of offers and campaigns are each used once, so a code says which thing it is."""
    named, found = list(codes), {}
    for document in (CAMPAIGN, TEMPLATE, ACTIVITY):
        for thing in visible(user, MODELS[document]._default_manager.filter(code__in=named)):
            if query.lower() in f"{thing.code} {thing.name}".lower():
                found[thing.code] = (document, thing)
    return found
