"""Writes many rows at once: COPY into a staging table, then one INSERT that touches only rows that differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from psycopg import sql

from apps.core.clock import now_sql

SAMPLE = 200
STAMP = "updated_at"


@dataclass(frozen=True)
class Outcome:
    """How many rows were new, different and the same already, with the first keys of the former two."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    created_keys: tuple[str, ...] = ()
    changed_keys: tuple[str, ...] = ()

    @property
    def written(self) -> int:
        return self.created + self.changed

    def as_json(self) -> dict[str, Any]:
        """For the audit log."""
        return {
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "created_codes": list(self.created_keys),
            "changed_codes": list(self.changed_keys),
        }


class Staging:
    """A temporary table with some columns of a model; rows reach it by COPY.

    `now` becomes `updated_at` of every row that is written, where the model has such a column.
    """

    def __init__(self, model: type[models.Model], names: Sequence[str]) -> None:
        fields = {f.name: f for f in model._meta.concrete_fields}
        self.columns = [str(fields[name].column) for name in names]
        self.key = str(model._meta.pk.column)
        self.target = sql.Identifier(model._meta.db_table)
        self.table = sql.Identifier(f"stage_{model._meta.db_table}")
        self.stamped = STAMP in fields
        self.count = 0

    def fill(self, rows: Iterable[Sequence[Any]]) -> None:
        """Values in the order of the columns. A key given twice makes merge() fail."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(self.table, _listed(self.columns))
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
                    self.count += 1
            cursor.execute(sql.SQL("ANALYZE {}").format(self.table))

    def merge(
        self, *, keep_when_null: Sequence[str] = (), when_new: Mapping[str, str] | None = None
    ) -> Outcome:
        """Insert what is new and update what differs, by the model's primary key.

        Columns in `keep_when_null` keep what is stored where the staged value is NULL. `when_new` gives
        columns that are not staged an SQL expression over the staged row `s`, for new rows only.
        """
        clock, parameters = now_sql()
        values = {name: f"s.{name}" for name in self.columns} | dict(when_new or {})
        changes: dict[str, sql.Composable] = {
            name: _incoming(self, name, name in keep_when_null) for name in self._others
        }
        stamps: dict[str, sql.Composable] = {}
        if self.stamped:
            values[STAMP] = clock
            stamps = {STAMP: sql.SQL(clock)}
        statement = sql.SQL(
            "INSERT INTO {target} ({columns}) SELECT {values} FROM {stage} s ON CONFLICT ({key}) DO UPDATE "
            "SET {changes} WHERE ({old}) IS DISTINCT FROM ({new}) RETURNING {target}.{key}, xmax = 0"
        ).format(
            target=self.target,
            columns=_listed(values),
            values=sql.SQL(", ").join(map(sql.SQL, values.values())),
            stage=self.table,
            key=sql.Identifier(self.key),
            changes=_assignments(changes | stamps),
            old=sql.SQL(", ").join(_stored(self, name) for name in changes),
            new=sql.SQL(", ").join(changes.values()),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters * 2 if self.stamped else [])
            return self._outcome(cursor.fetchall())

    @property
    def _others(self) -> list[str]:
        return [name for name in self.columns if name != self.key]

    def _outcome(self, written: Sequence[tuple[str, bool]]) -> Outcome:
        created = [code for code, is_new in written if is_new]
        changed = [code for code, is_new in written if not is_new]
        return Outcome(
            created=len(created),
            changed=len(changed),
            unchanged=self.count - len(written),
            created_keys=tuple(created[:SAMPLE]),
            changed_keys=tuple(changed[:SAMPLE]),
        )


def _listed(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _assignments(values: Mapping[str, sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in values.items()
    )


def _stored(stage: Staging, name: str) -> sql.Composed:
    return sql.SQL("{}.{}").format(stage.target, sql.Identifier(name))


def _incoming(stage: Staging, name: str, keep: bool) -> sql.Composed:
    staged = sql.SQL("EXCLUDED.{}").format(sql.Identifier(name))
    return sql.SQL("COALESCE({}, {})").format(staged, _stored(stage, name)) if keep else staged


@contextmanager
def staging(model: type[models.Model], names: Sequence[str]) -> Iterator[Staging]:
    """The staging table of one import, gone at its end; within atomic() only."""
    if not connection.in_atomic_block:
        raise RuntimeError("A staging table lives in a transaction: call this inside atomic()")
    stage = Staging(model, names)
    make = sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
    with connection.cursor() as cursor:
        cursor.execute(make.format(stage.table, _listed(stage.columns), stage.target))
        yield stage
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage.table))


def upsert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Outcome:
    """Write `rows` (values in the order of `names`, primary key among them) where they are new or differ."""
    with staging(model, names) as stage:
        stage.fill(rows)
        return stage.merge()
