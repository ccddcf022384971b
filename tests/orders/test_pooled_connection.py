"""The pool finds a connection that the server closed before a request uses it, and asks no server otherwise."""

from collections.abc import Iterator

import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from promo_portal.pooled_postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    """A second way into the test's database, through a pool of one."""
    settings = {**connection.settings_dict, "OPTIONS": {**connection.settings_dict["OPTIONS"]}}
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 5}
    wrapper = DatabaseWrapper(settings, alias="default")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def backend(wrapper: DatabaseWrapper) -> int:
    """The server process behind one request; the connection goes back to the pool."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    wrapper.close()
    return row[0]


def test_a_lost_connection_is_replaced_before_it_is_used(pooled: DatabaseWrapper) -> None:
    first = backend(pooled)
    assert backend(pooled) == first
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert backend(pooled) != first


def test_a_healthy_connection_is_not_asked(pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    first = backend(pooled)

    def refuse(_: object) -> None:
        raise AssertionError("the server was asked")

    monkeypatch.setattr(ConnectionPool, "check_connection", refuse)
    assert backend(pooled) == first
