"""The database's clock, and locks that end with their transaction."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.core.audit import Subject, record
from apps.core.clock import DatabaseNow, database_now, frozen
from apps.core.locks import AdvisoryLock, hold, try_hold
from apps.core.models import AuditEntry

THEN = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_the_clock_goes_on_within_a_transaction():
    first = database_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01)")
    assert database_now() - first >= timedelta(milliseconds=10)


@pytest.mark.django_db
def test_a_frozen_clock_stands_until_the_block_ends():
    with frozen(THEN):
        assert database_now() == THEN
        with frozen(THEN + timedelta(hours=1)):
            assert database_now() == THEN + timedelta(hours=1)
        assert database_now() == THEN
    assert database_now() != THEN


@pytest.mark.django_db
def test_a_frozen_clock_also_stands_inside_queries():
    with transaction.atomic():
        record(action="test.change", subject=Subject("test.thing", "1"), actor=None)
    with frozen(THEN):
        assert AuditEntry.objects.annotate(now=DatabaseNow()).get().now == THEN
        assert not AuditEntry.objects.filter(at__lte=DatabaseNow()).exists()
    assert AuditEntry.objects.filter(at__lte=DatabaseNow()).exists()


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="inside atomic"):
        hold(AdvisoryLock.BOOK_CHANGE)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_a_lock_is_one_transactions_until_it_ends():
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT pg_advisory_xact_lock(2026, 2)")
            with transaction.atomic():
                assert not try_hold(AdvisoryLock.BOOK_CHANGE)
                assert try_hold(AdvisoryLock.SEAL_AUDIT)
            cursor.execute("COMMIT")
            with transaction.atomic():
                assert try_hold(AdvisoryLock.BOOK_CHANGE)
    finally:
        other.close()
