"""Brings the sums of the reports and the settlement up to date, and proves at night that they are the ledger."""

from celery import shared_task

from apps.reporting.reconciliation.running import reconcile_nightly
from apps.reporting.rollups import rolling
from apps.reporting.settlement import booking


@shared_task(name="reporting.roll_up")
def roll_up() -> int:
    return rolling.roll_up()


@shared_task(name="reporting.book_settlement")
def book_settlement() -> int:
    return booking.book()


@shared_task(name="reporting.reconcile")
def reconcile() -> int | None:
    """Once a night, whoever calls how often; the number of differences, None when it has run already."""
    return reconcile_nightly()
