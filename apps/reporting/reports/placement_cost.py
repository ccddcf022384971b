"""What placements cost: a day at its price, borne by what was shown there that day, each by its share of the exposures.

So the costs of all things add up to that of the placement, to the cent. A day on which nothing was shown costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings

from apps.core.replica import reader
from apps.reporting.reports.numbers import Period

# Shares are differences of rounded running sums: they add up whatever is rounded.
STATEMENT = """
WITH shown AS (
    SELECT s.placement, s.code, (s.hour AT TIME ZONE %(zone)s)::date AS day, sum(s.exposures) AS n
    FROM reporting_seen s JOIN offers_placementrecord p ON p.code = s.placement AND p.cost_per_day_amount IS NOT NULL
    WHERE s.placement = ANY(%(placements)s) AND s.hour >= %(since)s AND s.hour < %(until)s AND s.exposures > 0
    GROUP BY 1, 2, 3
), running AS (
    SELECT placement, code, day, n, sum(n) OVER (PARTITION BY placement, day ORDER BY code) AS upto,
        sum(n) OVER (PARTITION BY placement, day) AS every
    FROM shown
)
SELECT r.placement, r.code, count(*),
    sum(round(p.cost_per_day_amount * r.upto / r.every)
        - round(p.cost_per_day_amount * (r.upto - r.n) / r.every))::bigint
FROM running r JOIN offers_placementrecord p ON p.code = r.placement
WHERE (%(codes)s::text[] IS NULL OR r.code = ANY(%(codes)s)) GROUP BY 1, 2
"""


def costs(
    placements: Collection[str], period: Period, codes: Collection[str] | None = None
) -> dict[str, dict[str, tuple[int, int]]]:
    """placement -> code of what was shown -> (days, cost); placements without a price are left out."""
    names: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "placements": list(placements),
        "since": period.since or "-infinity",
        "until": period.until or "infinity",
        "codes": None if codes is None else list(codes),
    }
    found: dict[str, dict[str, tuple[int, int]]] = {}
    with reader().cursor() as cursor:
        cursor.execute(STATEMENT, names)
        for placement, code, days, amount in cursor.fetchall():
            found.setdefault(placement, {})[code] = (int(days), int(amount))
    return found
