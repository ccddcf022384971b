"""Copies of all orders, as if they had been placed again on other days: every row with other ids and another time.

Triggers and foreign keys are asleep: it is not the placing of orders that is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

# table -> (column -> what a copy has instead); {ids}: how far the ids of one copy lie from those of the last
TABLES: Mapping[str, Mapping[str, str]] = {
    "orders_order": {
        "id": "id + n * {ids}",
        "code": "code || '-' || n",
        "created_at": "created_at + n * interval '1 day'",
        "held_until": "held_until + n * interval '1 day'",
        "paid_at": "paid_at + n * interval '1 day'",
        "as_of": "as_of + n * interval '1 day'",
    },
    "orders_ordersegment": {"id": "id + n * {ids}", "order_id": "order_id + n * {ids}"},
    "orders_orderuse": {"id": "id + n * {ids}", "order_id": "order_id + n * {ids}"},
    "orders_ledgerentry": {
        "id": "id + n * {ids}",
        "order_id": "order_id + n * {ids}",
        "at": "at + n * interval '1 day'",
    },
    "orders_ledgerseal": {"number": "number + n * {seals}", "entry_id": "entry_id + n * {ids}"},
}
# Of the time shift: two years, and then again.
DAYS = 730


def multiply(times: int) -> None:
    """`times` copies beside what there is; refunds are not copied."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT max(id) FROM orders_ledgerentry")
        ids = max(10_000_000, cursor.fetchone()[0] + 1)
        cursor.execute("SELECT max(number) FROM orders_ledgerseal")
        seals = cursor.fetchone()[0]
        for table, changed in TABLES.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
                [table],
            )
            columns = [name for (name,) in cursor.fetchall()]
            chosen = [changed.get(name, name).format(ids=ids, seals=seals) for name in columns]
            shifted = [one.replace("n * interval", f"(n %% {DAYS}) * interval") for one in chosen]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(shifted)} "
                f"FROM {table}, generate_series(1, %s::bigint) n ORDER BY n",
                [times],
            )
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")


def bytes_of_orders() -> int:
    """What orders, their parts and their ledger take on disk, indexes included."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sum(pg_total_relation_size(t)) FROM unnest(ARRAY{list(TABLES)!r}::regclass[]) t"
        )
        return int(cursor.fetchone()[0])
