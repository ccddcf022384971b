"""Statements of the hot paths are prepared once and planned for tables that grow."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.prepared import FOR_GROWTH, fetch_prepared, send, together

pytestmark = pytest.mark.django_db(transaction=True)
READ = "SELECT count(*) FROM core_outboxevent WHERE id = ANY(%(ids)s)"
WRITE = "INSERT INTO core_outboxevent (topic, subject, payload) VALUES ('t', %s, '{}') RETURNING id"


def prepared(like: str) -> list[tuple[int, int]]:
    """How often the server ran statements that begin like this: by a plan kept, by one made for the values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            [f"{like}%"],
        )
        return cursor.fetchall()


def test_a_statement_is_planned_once() -> None:
    for number in range(4):
        assert fetch_prepared(READ, {"ids": [number]}) == (0,)
    ((generic, custom),) = prepared("SELECT count(*) FROM core_outboxevent")
    assert (generic, custom) == (5, 0)  # once for the plan, in a transaction without sequential scans


def test_what_goes_out_together_sees_what_went_before() -> None:
    with transaction.atomic():
        with together():
            first, second = send(WRITE, ["a"]), send(WRITE, ["b"])
            seen = send("SELECT count(*) FROM core_outboxevent WHERE topic = 't'")
        assert (first.rowcount, second.rowcount, seen.fetchone()) == (1, 1, (2,))


def test_what_fails_together_is_one_error_of_django() -> None:
    def write_both() -> None:
        with transaction.atomic(), together():
            send(WRITE, [None])
            send(WRITE, ["b"])

    with pytest.raises(IntegrityError):
        write_both()
    assert fetch_prepared("SELECT count(*) FROM core_outboxevent WHERE topic = 't'", []) == (0,)


def test_only_a_transaction_can_send_together() -> None:
    with pytest.raises(RuntimeError, match="atomic"), together():
        send(WRITE, ["a"])


def test_planning_for_growth_ends_with_its_transaction() -> None:
    with transaction.atomic():
        assert fetch_prepared(f"SELECT {FOR_GROWTH}, current_setting('enable_seqscan')", [])[1] == "off"
    assert fetch_prepared("SELECT current_setting('enable_seqscan')", []) == ("on",)
