"""Pages of reports read from a copy of the database where there is one; nothing is ever written to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import reverse

from apps.audiences.models import Customer
from apps.core.replica import REPLICA, reader, reading_replica
from apps.orders.chain import LEDGER
from apps.reporting.rollups.rolling import roll_up
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]


@pytest.fixture
def copy(transactional_db: None) -> Iterator[None]:
    """A second connection to the same database that refuses to write: what a streaming copy is to the portal."""
    options = {**connection.settings_dict["OPTIONS"], "options": "-c default_transaction_read_only=on"}
    connections.databases[REPLICA] = {**connection.settings_dict, "OPTIONS": options}
    second = connections.create_connection(REPLICA)
    second.alias = "default"  # tests may speak to databases that were known when they were collected
    connections[REPLICA] = second
    yield
    connections[REPLICA].close()
    del connections.databases[REPLICA]
    del connections[REPLICA]


@pytest.fixture
def traded(copy: None, settings: Any, request: pytest.FixtureRequest) -> Shop:
    settings.ALLOW_PUBLISH = True
    fair.set_up()
    fair.publish(fair.activity("ten-off"))
    server: Shop = request.getfixturevalue("shop")
    server.paid("o1", 1, customer="c1")
    LEDGER.seal()
    roll_up()
    return server


def test_reports_ask_the_copy_and_orders_the_primary(traded: Shop, window: Any) -> None:
    """Given a copy, when reports are opened, then their statements go there; what follows is the primary's again."""
    asked = {"copy": 0}

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked["copy"] += 1
        return execute(sql, params, many, context)

    client = window("ana", "analyst")
    with connections[REPLICA].execute_wrapper(count):
        page = client.get(reverse("admin:report", args=["activity", "ten-off"]))
        of_reports = asked["copy"]
        client.get(reverse("admin:orders_order_changelist"))
        traded.paid("o2", 1, customer="c1")
    assert page.status_code == 200
    assert of_reports > 5
    assert asked["copy"] == of_reports


def test_writes_go_to_the_primary_even_while_the_copy_is_read(copy: None) -> None:
    with reading_replica():
        assert reader() is connections[REPLICA]
        Customer.objects.create(code="c9")
        assert Customer.objects.get(code="c9")._state.db == REPLICA
    assert reader() is connections["default"]


def test_without_a_copy_everything_is_the_primary(db: None) -> None:
    with reading_replica():
        assert reader() is connections["default"]
