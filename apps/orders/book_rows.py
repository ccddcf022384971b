"""What the offer book is made of, read from the database: offers, their states, the stops placed on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from apps.activities.stops import StopKind
from apps.core.clock import now_sql
from apps.offers.compile import compile_activity, compile_template
from apps.offers.lifecycle import EndReason, State
from apps.pricing.offer import Offer, Owner
from apps.pricing.usage import UNUSED, Usage

DAYS_BACK = 90
CHUNK = 2_000

# One row an offer: owner, status, why it ended, since when, its document, the stops in force. Of a template, whose
# offer never ends by the clock: whether its coupons may not be used any more, and until when they are void.
ACTIVITY_ROWS = """
SELECT 'activity', activity.status, activity.end_reason, activity.ended_at, version.content::text,
       (SELECT json_agg(json_build_array(stop.kind, stop.sku, stop.value))::text
        FROM activities_activitystop stop
        WHERE stop.activity_id = activity.id AND stop.lifted_at IS NULL)
FROM activities_activity activity JOIN activities_activityversion version ON version.id = activity.current_id
"""
TEMPLATE_ROWS = """
SELECT 'template', template.status, CASE WHEN template.use_stopped_at IS NOT NULL THEN 'use_stopped' END,
       template.voided_at, version.content::text, NULL
FROM coupons_coupontemplate template JOIN coupons_templateversion version ON version.id = template.current_id
"""
BLOCKED_WHEN_ENDED = {
    EndReason.REVOKED.value: "ended",
    EndReason.SOLD_OUT.value: "sold_out",
    EndReason.BUDGET_EXHAUSTED.value: "budget_exhausted",
}


USE_STOPPED = Usage(blocked="ended")


@dataclass(frozen=True, slots=True)
class BookRow:
    """An offer as approved, and how it stands now: `usage` is UNUSED where nothing holds it back.

    Of a template also how long its coupons are good, as its document says it, and until when issued ones are `voided`.
    """

    offer: Offer
    usage: Usage
    validity: Mapping[str, Any] | None = None
    voided: datetime | None = None


def book_start() -> datetime:
    """How far back the book reaches: what ended before is not in it."""
    now, parameters = now_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {now} - make_interval(days => %s)", [*parameters, DAYS_BACK])
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def rows_since(start: datetime) -> Iterator[BookRow]:
    """Every offer approved at some time that had not ended by `start`."""
    statement = f"{ACTIVITY_ROWS} WHERE activity.ends_at > %s UNION ALL {TEMPLATE_ROWS}"
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [start])
        while rows := cursor.fetchmany(CHUNK):
            yield from map(read_row, rows)


def rows_at(moment: datetime) -> list[BookRow]:
    """The offers that ran at an instant before the book begins, or were shown as coming then."""
    statement = f"""{ACTIVITY_ROWS}
        WHERE activity.ends_at > %s AND coalesce(activity.visible_from, activity.starts_at) <= %s
        UNION ALL {TEMPLATE_ROWS}"""
    return _fetch(statement, [moment, moment])


def rows_of(codes: Sequence[str]) -> list[BookRow]:
    """These offers; a code that has no approved version is not among them."""
    wanted = list(codes)
    statement = f"""{ACTIVITY_ROWS} WHERE activity.code = ANY(%s)
        UNION ALL {TEMPLATE_ROWS} WHERE template.code = ANY(%s)"""
    return _fetch(statement, [wanted, wanted])


def changed_codes(since: int) -> tuple[int, set[str]]:
    """The version of the book by now, and the offers that changed after `since`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id), array_agg(DISTINCT offer_code) FROM offers_bookchange WHERE id > %s", [since]
        )
        row = cursor.fetchone()
    assert row is not None
    return row[0] or since, set(row[1] or ())


def _fetch(statement: str, parameters: list[Any]) -> list[BookRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [read_row(row) for row in cursor.fetchall()]


def read_row(row: Sequence[Any]) -> BookRow:
    """From (owner, status, why it ended, when, document, stops in force)."""
    owner, document = row[0], orjson.loads(row[4])
    if owner == Owner.TEMPLATE:
        usage = USE_STOPPED if row[2] else UNUSED
        return BookRow(compile_template(document), usage, document["validity"], row[3])
    return BookRow(compile_activity(document), _usage(row, document))


def _usage(row: Sequence[Any], document: Mapping[str, Any]) -> Usage:
    _, status, end_reason, ended_at, _, stops = row
    if not stops and not blocks(status, end_reason):
        return UNUSED
    in_force = orjson.loads(stops) if stops else []
    return Usage(**_blocked(status, end_reason, ended_at), **_stopped(in_force, document))


def blocks(status: str, end_reason: str | None) -> bool:
    """Whether the state keeps the whole offer from applying; the clock alone ends what just expired."""
    return status == State.PAUSED or (status == State.ENDED and end_reason in BLOCKED_WHEN_ENDED)


def _blocked(status: str, end_reason: str | None, ended_at: datetime | None) -> dict[str, Any]:
    if not blocks(status, end_reason):
        return {}
    if status == State.PAUSED:
        return {"blocked": "paused"}
    return {"blocked": BLOCKED_WHEN_ENDED[end_reason or ""], "blocked_numbers": {"ended_at": ended_at}}


def _stopped(stops: Sequence[Sequence[Any]], document: Mapping[str, Any]) -> dict[str, Any]:
    """What the stops in force take away; of several the lowest counts, and none raises what was approved."""
    budget, total = document["budget"]["amount"], document["stock"]["total"]
    approved = document["stock"]["per_sku"]
    skus: set[str] = set()
    per_sku: dict[str, int] = {}
    for kind, sku, value in stops:
        if kind == StopKind.SKU:
            skus.add(sku)
        elif kind == StopKind.BUDGET:
            budget = _least(budget, value)
        elif sku:
            per_sku[sku] = _least(per_sku.get(sku, approved.get(sku)), value)
        else:
            total = _least(total, value)
    return {
        "stopped_skus": frozenset(skus),
        "stock_total": total if total != document["stock"]["total"] else None,
        "stock_per_sku": per_sku,
        "budget_amount": budget if budget != document["budget"]["amount"] else None,
    }


def _least(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
