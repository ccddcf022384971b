"""Plans of the hot statements are kept while their tables grow: none of them reads a whole table, however young."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction

from apps.core.prepared import FOR_GROWTH
from apps.orders import inputs
from apps.orders.models import Order
from tests.concurrency.processes import cancel, order, pay
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]

MANY = 20_000
# Orders as they are, under other names and ids; statistics stay those of an empty table.
COPY_ORDER = """
INSERT INTO orders_order (code, client, shop_code, customer_code, state, currency, list_amount, discount_amount,
    shipping_fee_amount, shipping_discount_amount, payable_amount, as_of, book_version, held_until, request, quote,
    rewards)
SELECT 'copy-' || n, client, shop_code, customer_code, 'held', currency, list_amount, discount_amount,
    shipping_fee_amount, shipping_discount_amount, payable_amount, as_of, book_version, held_until, request, quote,
    rewards
FROM orders_order, generate_series(1, %s) n WHERE code = 'like'
"""
COPY_DRAWS = """
INSERT INTO orders_draw (order_id, counter_id, amount)
SELECT o.id, d.counter_id, d.amount FROM orders_order o, orders_draw d
WHERE o.code LIKE 'copy-%' AND d.order_id = (SELECT id FROM orders_order WHERE code = 'like')
"""
COPY_LEDGER = """
INSERT INTO orders_ledgerentry (order_id, event, what, offer, version, line, segment, sku, units, amount, bearer,
    restocked)
SELECT o.id, e.event, e.what, e.offer, e.version, e.line, e.segment, e.sku, e.units, e.amount, e.bearer, e.restocked
FROM orders_order o, orders_ledgerentry e
WHERE o.code LIKE 'copy-%' AND e.order_id = (SELECT id FROM orders_order WHERE code = 'like')
"""
TELL = "SELECT pg_stat_force_next_flush()"
GROWING = (
    "orders_order",
    "orders_draw",
    "orders_ledgerentry",
    "orders_ordersegment",
    "core_idempotencyrecord",
)


def run(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def growth(open_fair: None) -> Iterator[None]:
    """Tables that were analyzed when they had one page; no autovacuum comes to the rescue afterwards."""
    for table in GROWING:
        run(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    fair.publish(fair.flash("f", 6_000, stock={"total": 10_000}))
    order("o0")
    pay("o0")
    run(f"ANALYZE {', '.join(GROWING)}")
    run(TELL)
    connection.close()  # what was planned before is forgotten
    yield
    for table in GROWING:
        run(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def grow() -> None:
    """20,000 orders; the counters are not told, as nothing here asks them."""
    order("like")
    with psycopg.connect(connection.connection.info.dsn) as other:  # this one keeps its plans
        other.execute("SET session_replication_role = replica")  # nothing of it is to be checked row by row
        other.execute(COPY_ORDER, [MANY])
        other.execute(COPY_DRAWS)
        other.execute(COPY_LEDGER)
        # What it read is told now: else that comes when its process ends, perhaps in the midst of a measurement.
        other.execute(TELL)


def rows_read(job: object) -> dict[str, int]:
    """How many rows each growing table gave to sequential scans while the job ran."""

    def seen() -> dict[str, int]:
        run(TELL)
        found = run(
            "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY(%s)", list(GROWING)
        )
        return {str(name): int(str(rows)) for name, rows in found}

    before = seen()
    assert callable(job)
    job()
    after = seen()
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def live(code: str) -> None:
    """An order's life through the service, all statements of which are prepared."""
    with transaction.atomic():
        run(f"SELECT {FOR_GROWTH}")  # as the turn of a request's key does
        assert order(code) == 6_000
    with transaction.atomic():
        run(f"SELECT {FOR_GROWTH}")
        pay(code)


def test_plans_of_a_young_table_are_good_for_a_grown_one(growth: None) -> None:
    """Given plans made when there was one order, when there are 20,000, then no statement reads them all."""
    live("o1")
    cancel_one("o2")
    grow()
    # Other sessions may tell only now what they read when there were a few rows.
    assert max(rows_read(lambda: live("o3")).values(), default=0) < MANY
    assert Order.objects.get(code="o3").state == "paid"


def cancel_one(code: str) -> None:
    order(code)
    cancel(code)


def test_control_planned_without_foresight_the_whole_table_is_read(
    growth: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heedless(code: str) -> None:
        order(code)
        pay(code)

    heedless("o1")
    grow()
    assert max(rows_read(lambda: heedless("o3")).values()) >= MANY


def test_an_order_of_nobody_looks_at_no_orders(growth: None) -> None:
    """Given thousands of orders without a customer, when statistics know it, then no look-up of one reads them all."""
    grow()
    run("ANALYZE orders_order")
    for customer in ("NULL", "'c9'"):
        asked = inputs.HAS_ORDERED.format(now="clock_timestamp()").replace(
            "%(customer)s", f"{customer}::text"
        )
        run("PREPARE looks AS SELECT " + asked)
        plan = "\n".join(str(line) for (line,) in run("EXPLAIN EXECUTE looks"))
        run("DEALLOCATE looks")
        assert "Seq Scan" not in plan, plan
