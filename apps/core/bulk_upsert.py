"""Writes many rows at once: COPY into a staging table, then one INSERT that touches only rows that differ."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from psycopg import sql

from apps.core.clock import now_sql

SAMPLE = 200


@dataclass(frozen=True)
class Outcome:
    """How many rows were new, different and the same already, with the first keys of the former two."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    created_keys: Sequence[str] = field(default=())
    changed_keys: Sequence[str] = field(default=())

    @property
    def written(self) -> int:
        return self.created + self.changed

    def as_json(self) -> dict[str, Any]:
        """For the audit log: the counts, and the first keys written."""
        return {
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "created_codes": list(self.created_keys),
            "changed_codes": list(self.changed_keys),
        }


class Staging:
    """A temporary table with some columns of a model; rows reach it by COPY."""

    def __init__(self, model: type[models.Model], names: Sequence[str]) -> None:
        self.model = model
        self.fields = [model._meta.get_field(name) for name in names]
        self.target = sql.Identifier(model._meta.db_table)
        self.table = sql.Identifier(f"stage_{model._meta.db_table}")
        self.columns = [sql.Identifier(f.column) for f in self.fields]  # type: ignore[union-attr]
        self.count = 0

    def fill(self, rows: Iterable[Sequence[Any]]) -> None:
        """Values in the order of the columns; a key given twice is refused by merge()."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(self.table, self.listed)
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
                    self.count += 1
            cursor.execute(sql.SQL("ANALYZE {}").format(self.table))

    @property
    def listed(self) -> sql.Composed:
        return sql.SQL(", ").join(self.columns)

    def merge(self, *, keep_when_null: Sequence[str] = (), insert_as: dict[str, str] | None = None) -> Outcome:
        """Insert what is new and update what differs, keyed by the model's primary key.

        Columns in `keep_when_null` keep what is stored where the staged value is NULL. `insert_as` gives columns that
        are not staged an SQL expression over the staged row `s`, used for new rows only. A column `updated_at` is set
        to the clock on every row written.
        """
        key = self.model._meta.pk.column  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            cursor.execute(*self._merge_statement(key, keep_when_null, insert_as or {}))
            written = cursor.fetchall()
        created = [code for code, is_new in written if is_new]
        changed = [code for code, is_new in written if not is_new]
        return Outcome(
            created=len(created),
            changed=len(changed),
            unchanged=self.count - len(written),
            created_keys=created[:SAMPLE],
            changed_keys=changed[:SAMPLE],
        )

    def _merge_statement(
        self, key: str, keep: Sequence[str], insert_as: dict[str, str]
    ) -> tuple[sql.Composed, list[object]]:
        names = [f.column for f in self.fields]  # type: ignore[union-attr]
        others = [name for name in names if name != key]
        target, parameters = self.target, []
        extra = dict(insert_as)
        stamped = any(f.name == "updated_at" for f in self.model._meta.get_fields())
        now = sql.SQL("")
        if stamped:
            clock, values = now_sql()
            now = sql.SQL(clock)
            parameters = [*values, *values]

        def value(name: str) -> sql.Composed:
            staged = sql.SQL("EXCLUDED.{}").format(sql.Identifier(name))
            if name not in keep:
                return staged
            return sql.SQL("COALESCE({}, {}.{})").format(staged, target, sql.Identifier(name))

        insert_columns = [sql.Identifier(n) for n in (*names, *extra)]
        insert_values = [sql.SQL("s.{}").format(sql.Identifier(n)) for n in names]
        insert_values += [sql.SQL(expression) for expression in extra.values()]
        assignments = [sql.SQL("{} = {}").format(sql.Identifier(n), value(n)) for n in others]
        if stamped:
            insert_columns.append(sql.Identifier("updated_at"))
            insert_values.append(now)
            assignments.append(sql.SQL("updated_at = {}").format(now))
        statement = sql.SQL(
            "INSERT INTO {target} ({columns}) SELECT {values} FROM {stage} s ON CONFLICT ({key}) DO UPDATE "
            "SET {assignments} WHERE ({old}) IS DISTINCT FROM ({new}) RETURNING {target}.{key}, xmax = 0"
        ).format(
            target=target,
            columns=sql.SQL(", ").join(insert_columns),
            values=sql.SQL(", ").join(insert_values),
            stage=self.table,
            key=sql.Identifier(key),
            assignments=sql.SQL(", ").join(assignments),
            old=sql.SQL(", ").join(sql.SQL("{}.{}").format(target, sql.Identifier(n)) for n in others),
            new=sql.SQL(", ").join(value(n) for n in others),
        )
        return statement, parameters


@contextmanager
def staging(model: type[models.Model], names: Sequence[str]) -> Iterator[Staging]:
    """The staging table for one import, gone at its end; within atomic() only."""
    if not connection.in_atomic_block:
        raise RuntimeError("A staging table lives in a transaction: call this inside atomic()")
    stage = Staging(model, names)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                stage.table, stage.listed, stage.target
            )
        )
        yield stage
        cursor.execute(sql.SQL("DROP TABLE {}").format(stage.table))


def upsert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Outcome:
    """Write `rows` (values in the order of `names`, the primary key among them) where they are new or differ."""
    with staging(model, names) as stage:
        stage.fill(rows)
        return stage.merge()
