"""Statements of the hot paths: bound on the server, prepared at their first use: planning costs more than running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


class PreparedCursor(psycopg.Cursor[Any]):
    """Has every statement prepared, whatever the number of its uses so far."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> PreparedCursor:
        return super().execute(query, params, prepare=True)


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """Like `connection.cursor()`: through Django's connection, so that its counters and wrappers see the statement."""
    connection.ensure_connection()
    with connection._prepare_cursor(PreparedCursor(connection.connection)) as cursor:  # type: ignore[attr-defined]
        yield cursor


def fetch_prepared(statement: str, names: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...]:
    """The one row of a statement."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, names)
        row = cursor.fetchone()
    assert row is not None
    return row
