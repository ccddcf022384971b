"""One clock for everything that counts: the database server's, read when asked and not at the transaction's start."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func
from django.db.models.sql.compiler import SQLCompiler

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now_sql() -> tuple[str, list[Any]]:
    """The clock as a piece of SQL with its parameters, for statements written by hand."""
    moment = _frozen.get()
    return ("clock_timestamp()", []) if moment is None else ("%s::timestamptz", [moment])


def database_now() -> datetime:
    """The present instant, aware. In a transaction that waited for a lock it is later than SQL's now()."""
    sql, parameters = now_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", parameters)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


class DatabaseNow(Func):
    """The clock inside a query or as a column's `db_default`; Django's Now() would be the transaction's start."""

    function = "clock_timestamp"
    arity = 0
    output_field = DateTimeField()

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: object
    ) -> tuple[str, list[Any]]:
        return now_sql()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """For tests: within the block this thread's clock stands at `moment`; a column's `db_default` goes on."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
