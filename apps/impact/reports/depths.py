"""How deep a discount was foreseen, for whoever watches what runs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# The newest report on what was asked for last that says anything of orders.
DEPTHS = """
SELECT DISTINCT ON (r.subject_code) r.subject_code, (i.found->'forecast'->>'discount_bps')::int
FROM approvals_approvalrequest r JOIN impact_impactreport i ON i.request_id = r.id
WHERE r.subject_type = 'activities.activity' AND r.subject_code = ANY(%s)
    AND (i.found->'forecast'->>'discount_bps')::int > 0
ORDER BY r.subject_code, i.id DESC
"""


def depths_of(codes: Iterable[str]) -> dict[str, int]:
    """Basis points of the list price, of those activities that have a forecast; one statement."""
    wanted = list(codes)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(DEPTHS, [wanted])
        return dict(cursor.fetchall())
