"""The holdout: those of the audience who got the offer against those who were left out, over its window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from apps.audiences.models import Audience
from apps.audiences.rules import customer_fields, matches
from apps.audiences.selectors import FACTS
from apps.core.replica import reader
from apps.reporting.reports.subjects import Subject
from apps.reporting.statistics.lift import Group, Lift, lift_of

# The share of `pricing.holdout`, computed where the people are: 64 bits, unsigned, modulo 10000.
BUCKET = """(
    ('x' || left(hashed.hex, 16))::bit(64)::bigint::numeric
    + CASE WHEN hashed.hex >= '8' THEN 18446744073709551616 ELSE 0 END
) %% 10000"""
STATEMENT = f"""
WITH people AS MATERIALIZED (
    SELECT m.customer_code AS customer FROM audiences_audiencemember m WHERE m.audience_id = ANY(%(lists)s)
    UNION SELECT unnest(%(matching)s::text[])
),
hashed AS MATERIALIZED (
    SELECT customer, encode(sha256(convert_to(%(code)s || E'\\n' || customer, 'UTF8')), 'hex') COLLATE "C" AS hex
    FROM people
),
groups AS (SELECT hashed.customer, {BUCKET} < %(holdout)s AS held FROM hashed),
bought AS (
    SELECT o.customer_code AS customer, sum(o.list_amount - o.discount_amount - o.refunded_amount) AS amount
    FROM orders_order o
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s AND o.customer_code IN (SELECT customer FROM people)
    GROUP BY 1
)
SELECT groups.held, count(*), count(bought.customer), coalesce(sum(bought.amount), 0)::bigint,
    coalesce(sum(bought.amount * bought.amount), 0)
FROM groups LEFT JOIN bought USING (customer) GROUP BY 1
"""  # noqa: S608 - statements of ours
CUSTOMERS = f"SELECT c.code, {FACTS} FROM audiences_customer c"  # noqa: S608 - ours
PIECE = 5_000


def lift_of_subject(subject: Subject) -> Lift | None:
    """None for what has no holdout, is publicly placed, or has not begun."""
    content = subject.content
    holdout = content.get("holdout_bps") or 0
    named = (content.get("targeting") or {}).get("audiences") or []
    if not holdout or not named or content.get("placements") or subject.starts_at is None:
        return None
    audiences = list(Audience.objects.filter(code__in=named))
    names = {
        "code": subject.code,
        "holdout": holdout,
        "lists": [one.pk for one in audiences],
        "matching": list(_matching([one.rule for one in audiences if one.rule is not None])),
        "since": subject.starts_at,
        "until": subject.ends_at,
    }
    with reader().cursor() as cursor:
        cursor.execute(STATEMENT, names)
        groups = {held: Group(*map(int, rest)) for held, *rest in cursor.fetchall()}
    empty = Group(0, 0, 0, 0)
    return lift_of(groups.get(False, empty), groups.get(True, empty))


def _matching(rules: list[dict[str, Any]]) -> Iterator[str]:
    """The customers whom one of the rules means."""
    if not rules:
        return
    with reader().chunked_cursor() as cursor:
        cursor.execute(CUSTOMERS)
        while piece := cursor.fetchmany(PIECE):
            for code, facts in piece:
                fields = customer_fields(orjson.loads(facts))
                if any(matches(rule, fields) for rule in rules):
                    yield code
