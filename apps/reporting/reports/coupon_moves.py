"""The coupons behind a number: who got one, when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from apps.activities.events.members import CAMPAIGN
from apps.core.replica import reader
from apps.reporting.reports.numbers import ALWAYS, Period
from apps.reporting.reports.subjects import Subject

#: the number -> the entries it counts, each as many as it says
COUNTED: dict[str, dict[str, int]] = {
    "issued": {"issue": 1},
    "used": {"use": 1},
    "kept": {"use": 1, "return": -1},
    "returned": {"return": 1},
    "expired": {"expire": 1},
    "voided": {"void": 1},
}
OPEN = "open"
ENTRIES = """
SELECT e.id, e.at, c.code, e.customer_code, e.template, c.origin, e.order_code, e.event, e.spent_amount AS spent,
    (%(counted)s::jsonb ->> e.event)::int AS counts
FROM coupons_couponentry e JOIN coupons_coupon c ON c.id = e.coupon_id
WHERE {whose} AND e.event = ANY(%(events)s) AND e.at >= %(since)s AND e.at < %(until)s
"""
STANDING = """
SELECT c.id, c.issued_at, c.code, c.customer_code, c.template, c.origin, c.order_code, c.state,
    0::bigint AS spent, 1 AS counts
FROM coupons_coupon c
WHERE {whose} AND c.state IN ('unused', 'held')
"""
TOTALS = "SELECT coalesce(sum(counts), 0), coalesce(sum(spent), 0)::bigint FROM ({entries}) x"
OF_TEMPLATES = "{one}.template = ANY(%(templates)s)"
OF_ORIGIN = "c.origin = ANY(%(origins)s)"


@dataclass(frozen=True, slots=True)
class CouponMove:
    """`what` happened is the entry's event; of an open one, its state. `counts` is 1, or -1 for what was returned."""

    id: int
    at: datetime
    code: str
    customer: str
    template: str
    origin: str
    order: str
    what: str
    spent: int
    counts: int


def coupon_moves(
    subject: Subject, number: str, period: Period = ALWAYS, *, skip: int = 0, most: int = 50
) -> list[CouponMove]:
    """The newest first."""
    statement, names = _statement(subject, number, period)
    with reader().cursor() as cursor:
        cursor.execute(
            f"{statement} ORDER BY 1 DESC OFFSET %(skip)s LIMIT %(most)s",
            {**names, "skip": skip, "most": most},
        )
        return [CouponMove(*row) for row in cursor.fetchall()]


def coupon_totals(subject: Subject, number: str, period: Period = ALWAYS) -> tuple[int, int]:
    """(coupons, what was spent with them), as the report says it."""
    statement, names = _statement(subject, number, period)
    with reader().cursor() as cursor:
        cursor.execute(TOTALS.format(entries=statement), names)
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _statement(subject: Subject, number: str, period: Period) -> tuple[str, dict[str, Any]]:
    standing = number == OPEN
    counted = COUNTED.get(number, {})
    whose = OF_ORIGIN if subject.document == CAMPAIGN else OF_TEMPLATES.format(one="c" if standing else "e")
    names = {
        "events": list(counted),
        "counted": orjson.dumps(counted).decode(),
        "templates": list(subject.offers),
        "origins": [subject.code],
        "since": period.since or "-infinity",
        "until": period.until or "infinity",
    }
    return (STANDING if standing else ENTRIES).format(whose=whose), names
