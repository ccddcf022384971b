"""Notes what customers saw: one statement for up to a thousand, what was told before left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import DatabaseError, connection, transaction

from apps.core.clock import now_sql
from apps.sightings.partitions import make_partitions

NO_PARTITION = "23514"
# Told without a time it is told now: one sent again after midnight is still the same.
STATEMENT = """
WITH clock AS MATERIALIZED (SELECT {now} AS now),
told AS MATERIALIZED (
    SELECT e.n, coalesce(e.at, clock.now) AS at, e.at IS NULL AS untimed, e.event, e.type, e.code, e.placement,
        e.customer, e.channel, e.terminal
    FROM clock, json_to_recordset(%(events)s::json) AS e(n int, at timestamptz, event text, type text, code text,
        placement text, customer text, channel text, terminal text)
),
misplaced AS MATERIALIZED (
    SELECT n FROM told, clock
    WHERE at < clock.now - interval '7 days' OR at > clock.now + interval '10 minutes'
),
noted AS (
    INSERT INTO sightings_sighting
        (day, at, client, event, type, code, placement, customer_code, channel, terminal, received_at)
    SELECT (at AT TIME ZONE 'UTC')::date, at, %(client)s, event, type, code, placement, customer, channel, terminal,
        clock.now
    FROM told, clock
    WHERE NOT EXISTS (SELECT FROM misplaced) AND NOT (untimed AND EXISTS (
        SELECT FROM sightings_sighting earlier
        WHERE earlier.day = (told.at AT TIME ZONE 'UTC')::date - 1 AND earlier.client = %(client)s
            AND earlier.event = told.event
    ))
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM noted), ARRAY(SELECT n FROM misplaced ORDER BY n)
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """How many were new, and which, counted from 0, lie too far from the present; then none was noted."""

    noted: int
    misplaced: tuple[int, ...] = ()


def note(events: Sequence[dict[str, Any]], *, client: int) -> Noted:
    """Each event: `event`, `type`, `code`, `at` or None, and texts `placement`, `customer`, `channel`, `terminal`."""
    rows = orjson.dumps([{**event, "n": n} for n, event in enumerate(events)]).decode()
    try:
        with transaction.atomic():  # within another transaction only this try is lost
            return _note(rows, client)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != NO_PARTITION:
            raise
        make_partitions()  # Beat has been away for two weeks
        return _note(rows, client)


def _note(rows: str, client: int) -> Noted:
    now, parameters = now_sql()
    names: dict[str, Any] = {"events": rows, "client": client}
    if parameters:
        now, names["now"] = now.replace("%s", "%(now)s"), parameters[0]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.replace("{now}", now), names)
        row = cursor.fetchone()
    assert row is not None
    return Noted(row[0], tuple(row[1]))
