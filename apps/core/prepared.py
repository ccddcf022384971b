"""Statements of the hot paths: bound on the server, prepared at their first use: planning costs more than running.

A plan is kept while its tables grow: one made for an empty table would read all of it for ever. So plans are made
without sequential scans: transactions that write say so with `FOR_GROWTH`, a single read when it is planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

#: an expression that makes all plans of this transaction, and plans made again in it, go by an index
FOR_GROWTH = "set_config('enable_seqscan', 'off', true)"
NEVER_UNASKED = 1_000_000
Parameters = Mapping[str, Any] | Sequence[Any] | None

_planned: WeakKeyDictionary[psycopg.Connection[Any], set[tuple[str, bool]]] = WeakKeyDictionary()


class PreparedCursor(psycopg.Cursor[Any]):
    """Has every statement prepared, whatever the number of its uses so far."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> PreparedCursor:
        return super().execute(query, params, prepare=True)

    def _send_query_prepared(self, name: bytes, pgq: Any, **how: Any) -> None:
        self._query = pgq  # psycopg notes it for other statements only; Django's log of statements reads it
        super()._send_query_prepared(name, pgq, **how)


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """Like `connection.cursor()`: through Django's connection, so that its counters and wrappers see the statement."""
    with _cursor() as cursor:
        yield cursor


def send(statement: str, parameters: Parameters = None) -> Any:
    """Run a statement; inside `together()` only send it. The cursor that has its result, then or after the block."""
    cursor = _cursor()
    cursor.execute(statement, parameters)
    return cursor


@contextmanager
def together() -> Iterator[None]:
    """What is sent in this block goes out at once, each with a snapshot of its own: one wait instead of many.

    No result may be asked for inside. The first that fails is raised at the end, and those after it did not run.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("What belongs together is one transaction: use this inside atomic()")
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def fetch_prepared(statement: str, names: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...]:
    """The one row of a statement."""
    if not connection.in_atomic_block:
        _plan_for_growth(statement, names)
    row = send(statement, names).fetchone()
    assert row is not None
    return row


def _cursor() -> Any:
    connection.ensure_connection()
    cursor = PreparedCursor(connection.connection)
    # Django's None forbids what is asked for; its own cursors bind in the client and never prepare.
    cursor.connection.prepare_threshold = NEVER_UNASKED
    return connection._prepare_cursor(cursor)  # type: ignore[attr-defined]


def _plan_for_growth(statement: str, names: Mapping[str, Any] | Sequence[Any]) -> None:
    """Run it once in a transaction of its own where this connection meets it for the first time."""
    values = names.values() if isinstance(names, Mapping) else names
    # Without a value a parameter has another type, and the statement is prepared once more.
    asked = (statement, None in values)
    connection.ensure_connection()
    planned = _planned.setdefault(connection.connection, set())
    if asked in planned:
        return
    with connection.wrap_database_errors, connection.connection.transaction():
        connection.connection.execute(f"SELECT {FOR_GROWTH}")
        send(statement, names)
    planned.add(asked)
