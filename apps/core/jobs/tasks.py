"""Celery's side of long works: one message works on one job for a while, the sweep finds those nobody works on."""

from datetime import timedelta

from celery import shared_task

from apps.core.clock import database_now
from apps.core.jobs import running
from apps.core.jobs.models import Job, JobFile
from apps.core.jobs.registry import kind_named
from apps.core.jobs.starting import wake
from apps.core.jobs.states import OPEN

# Files are for taking away, not for keeping: what a job did stays, its files don't.
KEPT = timedelta(days=30)


@shared_task(name="core.run_job")
def run_job(job: int) -> None:
    """Go on with one job; the queue gets it back when it is not finished."""
    if running.work(job):
        wake(job)


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> int:
    """Send every job that nobody works on to a worker; their number."""
    waiting = running.due()
    for job in waiting:
        wake(job)
    return len(waiting)


@shared_task(name="core.purge_job_files")
def purge_job_files() -> int:
    """Forget the files of jobs that ended long ago, and the rows that were read from them."""
    old = Job.objects.exclude(state__in=OPEN).filter(ended_at__lt=database_now() - KEPT)
    for job, code in old.filter(files__isnull=False).distinct().values_list("pk", "kind"):
        kind = kind_named(code)
        if kind is not None and kind.forget is not None:
            kind.forget(job)
    deleted, _each = JobFile.objects.filter(job__in=old).delete()
    return deleted
