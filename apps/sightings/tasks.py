"""Keeps the days of sightings in order."""

from celery import shared_task

from apps.sightings.partitions import drop_old_partitions, make_partitions


@shared_task(name="sightings.keep_days")
def keep_days() -> None:
    make_partitions()
    drop_old_partitions()
