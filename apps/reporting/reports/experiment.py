"""The holdout: those of the audience who got the offer against those who were left out, over its window.

The people are those of the snapshot taken at publication, so that nobody is in it because of what the offer did; where
there is none (yet), today's members, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from apps.audiences.models import Audience, Snapshot
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
OF_TODAY = f"""
WITH people AS MATERIALIZED (
    SELECT m.customer_code AS customer FROM audiences_audiencemember m WHERE m.audience_id = ANY(%(lists)s)
    UNION SELECT unnest(%(matching)s::text[])
),
hashed AS MATERIALIZED (
    SELECT customer, encode(sha256(convert_to(%(code)s || E'\\n' || customer, 'UTF8')), 'hex') COLLATE "C" AS hex
    FROM people
),
groups AS MATERIALIZED (SELECT hashed.customer, {BUCKET} < %(holdout)s AS held FROM hashed),
"""  # noqa: S608 - statements of ours
OF_SNAPSHOT = """
WITH groups AS MATERIALIZED (
    SELECT m.customer_code AS customer, m.held_out AS held FROM audiences_snapshotmember m
    WHERE m.snapshot_id = %(snapshot)s
),
"""
SPENT = """
bought AS (
    SELECT o.customer_code AS customer, sum(o.list_amount - o.discount_amount - o.refunded_amount) AS amount
    FROM orders_order o
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s AND o.customer_code IN (SELECT customer FROM groups)
    GROUP BY 1
)
SELECT groups.held, count(*), count(bought.customer), coalesce(sum(bought.amount), 0)::bigint,
    coalesce(sum(bought.amount * bought.amount), 0)
FROM groups LEFT JOIN bought USING (customer) GROUP BY 1
"""
CUSTOMERS = f"SELECT c.code, {FACTS} FROM audiences_customer c"  # noqa: S608 - ours
PIECE = 5_000


def compared(subject: Subject) -> bool:
    """Whether there is anybody to compare: not for what is publicly placed, has no holdout, or has no start."""
    content = subject.content
    named = (content.get("targeting") or {}).get("audiences")
    return bool(
        content.get("holdout_bps")
        and named
        and not content.get("placements")
        and subject.starts_at is not None
    )


def snapshot_of(subject: Subject) -> Snapshot | None:
    """The first one taken for the same audiences and the same share: later ones have people who came since."""
    if not compared(subject):
        return None
    rows = Snapshot.objects.filter(
        subject_type=subject.thing._meta.label_lower,
        subject_code=subject.code,
        complete=True,
        audiences=subject.content["targeting"]["audiences"],
        holdout_bps=subject.content["holdout_bps"],
    )
    return rows.order_by("version").first()


def lift_of_subject(subject: Subject, snapshot: Snapshot | None) -> Lift | None:
    """None for what `compared` leaves out."""
    if not compared(subject):
        return None
    people, names = (OF_SNAPSHOT, {"snapshot": snapshot.pk}) if snapshot else (OF_TODAY, _of_today(subject))
    with reader().cursor() as cursor:
        cursor.execute(people + SPENT, {**names, "since": subject.starts_at, "until": subject.ends_at})
        groups = {held: Group(*map(int, rest)) for held, *rest in cursor.fetchall()}
    empty = Group(0, 0, 0, 0)
    return lift_of(groups.get(False, empty), groups.get(True, empty))


def in_group(subject: Subject, *, held: bool) -> tuple[str, dict[str, Any]]:
    """That an order `o` was paid by one of those who got it, or were held out, in its time; nobody's where nothing is
    compared."""
    if not compared(subject):
        return "false", {}
    snapshot = snapshot_of(subject)
    people, names = (OF_SNAPSHOT, {"snapshot": snapshot.pk}) if snapshot else (OF_TODAY, _of_today(subject))
    group = f"{people.rstrip().rstrip(',')} SELECT customer FROM groups WHERE held = %(held_out)s"  # noqa: S608 - ours
    # the group's own names, where the statement around it has others
    for name in names:
        group = group.replace(f"%({name})s", f"%(group_{name})s")
    told = {f"group_{name}": value for name, value in names.items()}
    told |= {"held_out": held, "starts_at": subject.starts_at, "ends_at": subject.ends_at}
    return (
        f"o.paid_at >= %(starts_at)s AND o.paid_at < %(ends_at)s AND o.customer_code IN ({group})",
        told,
    )


def _of_today(subject: Subject) -> dict[str, Any]:
    audiences = list(Audience.objects.filter(code__in=subject.content["targeting"]["audiences"]))
    return {
        "code": subject.code,
        "holdout": subject.content["holdout_bps"],
        "lists": [one.pk for one in audiences],
        "matching": list(_matching([one.rule for one in audiences if one.rule is not None])),
    }


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
