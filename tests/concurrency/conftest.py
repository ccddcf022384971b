"""The fair, committed, so that other processes see it; everything is taken away again afterwards."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections

from tests.orders_life.shop import fresh_process, key, shop
from tests.storefront import fair

__all__ = ["fresh_process", "key", "shop"]


@pytest.fixture
def open_fair(transactional_db: None, settings: pytest.FixtureRequest) -> Iterator[None]:
    settings.ALLOW_PUBLISH = True  # type: ignore[attr-defined]
    fair.set_up()
    yield
    connections.close_all()


@pytest.fixture
def without_check(open_fair: None) -> Iterator[Callable[[str, str], None]]:
    """A CHECK is the net below a guard; a control takes it away, too."""
    dropped = []

    def drop(table: str, name: str) -> None:
        with connection.cursor() as cursor:
            query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
            cursor.execute(query, [name])
            definition = cursor.fetchone()[0]
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        dropped.append((table, name, definition))

    yield drop
    for table, name, definition in dropped:
        _run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")


@pytest.fixture
def without_order_trigger(open_fair: None) -> Iterator[None]:
    """The trigger that knows which state follows which is the net below the lock on an order's row."""
    _run("ALTER TABLE orders_order DISABLE TRIGGER orders_order_guard")
    yield
    _run("ALTER TABLE orders_order ENABLE TRIGGER orders_order_guard")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
