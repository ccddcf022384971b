"""The days of the table of sightings: made ahead, dropped when their time is over."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.core.clock import database_now
from apps.core.locks import AdvisoryLock, hold

TABLE = "sightings_sighting"
BEFORE, AHEAD = 8, 14
DAYS = """
SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'sightings_sighting'::regclass
"""


def name_of(day: date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"


def kept_days() -> list[date]:
    """The days that have a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS)
        names = [row[0] for row in cursor.fetchall()]
    return sorted(date.fromisoformat(name.rpartition("_")[2]) for name in names)


@transaction.atomic
def make_partitions() -> int:
    """Every day that may be told of from now until two weeks ahead has its partition; how many were made."""
    hold(AdvisoryLock.SIGHTING_DAYS)
    today = database_now().date()
    wanted = {today + timedelta(days=offset) for offset in range(-BEFORE, AHEAD + 1)}
    missing = sorted(wanted.difference(kept_days()))
    with connection.cursor() as cursor:
        for day in missing:
            cursor.execute(
                f"CREATE TABLE {name_of(day)} PARTITION OF {TABLE}"
                f" FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
            )
    return len(missing)


@transaction.atomic
def drop_old_partitions() -> int:
    """Days older than `SIGHTING_DAYS_KEPT` go, whole tables at a time; their sums stay in the roll-ups."""
    hold(AdvisoryLock.SIGHTING_DAYS)
    first = database_now().date() - timedelta(days=settings.SIGHTING_DAYS_KEPT)
    old = [day for day in kept_days() if day < first]
    with connection.cursor() as cursor:
        for day in old:
            cursor.execute(f"DROP TABLE {name_of(day)}")
    return len(old)
