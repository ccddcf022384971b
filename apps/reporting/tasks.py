"""Brings the sums of the reports up to date."""

from celery import shared_task

from apps.reporting.rollups import rolling


@shared_task(name="reporting.roll_up")
def roll_up() -> int:
    return rolling.roll_up()
