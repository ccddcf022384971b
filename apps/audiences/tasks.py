"""What Beat asks of audiences."""

from celery import shared_task

from apps.audiences.services.tags import collect_tags as collect


@shared_task(name="audiences.collect_tags")
def collect_tags() -> int:
    """New tags of customers become records that people can describe."""
    return collect()
