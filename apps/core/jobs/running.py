"""Works on jobs, a batch at a time: effect, cursor and progress commit together, so a worker killed anywhere has done
nothing twice and the next one goes on from the last commit.

Who is in a batch holds an advisory lock that ends with the connection; who is between two batches holds a lease that
lapses. The job's row is written last in a batch, so a cancellation never waits for one: it makes it fail instead.
"""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_noop

from apps.core.clock import DatabaseNow, database_now
from apps.core.crash import crash_point
from apps.core.errors import DomainError
from apps.core.jobs.models import Job
from apps.core.jobs.registry import Batch, kind_named
from apps.core.jobs.states import OPEN, JobState
from apps.core.locks import lock_number

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=10)
# A message of the queue works for so long; then others get their turn.
SECONDS = 20.0
MOST_FAULTS = 3
#: how long a batch may compute between two statements: a search over all goods prepares itself first
COMPUTING_MS = 15 * 60 * 1000
UNKNOWN_KIND = gettext_noop("Nobody knows this kind of task any more.")
UNEXPECTED = gettext_noop("An error that nobody foresaw: %(what)s. The administrator finds more in the log.")


class LostError(Exception):
    """The job was cancelled, or another worker has it: this batch must not commit."""


def due() -> list[int]:
    """Jobs that nobody works on, oldest first."""
    free = Q(leased_until=None) | Q(leased_until__lt=DatabaseNow())
    return list(Job.objects.filter(free, state__in=OPEN).order_by("id").values_list("pk", flat=True))


def work(job: int, *, seconds: float = SECONDS) -> bool:
    """Go on with a job for about so long; whether there is more to do."""
    lease = _take(job)
    if lease is None:
        return False
    until, more = monotonic() + seconds, True
    while more:
        try:
            more = _batch(job, lease)
        except LostError:
            return False
        except DomainError as refusal:
            _fail(job, lease, _fault_of(refusal))
            return False
        except Exception as error:
            log.exception("job_crashed", job=job)
            _crashed(job, lease, error)
            return False
        if more and monotonic() > until:
            Job.objects.filter(pk=job, lease=lease).update(lease="", leased_until=None)
            return True
    return False


def run(job: Job) -> Job:
    """Work it off here and now: for tests, commands and the demo."""
    while work(job.pk):
        pass
    job.refresh_from_db()
    return job


@transaction.atomic
def _take(job: int) -> str | None:
    """The lease of a job that is free; None where somebody is at it or it is over."""
    if not _alone(job):
        return None
    lease = uuid4().hex
    free = Q(leased_until=None) | Q(leased_until__lt=DatabaseNow())
    taken = Job.objects.filter(free, pk=job, state__in=OPEN).update(
        state=JobState.RUNNING, lease=lease, leased_until=database_now() + LEASE
    )
    if taken:
        Job.objects.filter(pk=job, started_at=None).update(started_at=DatabaseNow())
    return lease if taken else None


def _alone(job: int) -> bool:
    """Whether nobody is inside a batch of it; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number("job", str(job))])
        row = cursor.fetchone()
    return bool(row and row[0])


@transaction.atomic
def _batch(pk: int, lease: str) -> bool:
    """One step with its progress; whether there is more."""
    if not _alone(pk):
        raise LostError
    job = Job.objects.filter(pk=pk, lease=lease, state=JobState.RUNNING).select_related("actor").first()
    if job is None:
        raise LostError
    kind = kind_named(job.kind)
    if kind is None:
        raise DomainError("unknown_kind", UNKNOWN_KIND)
    _take_time()
    with translation.override(getattr(job.actor, "language", None) or settings.LANGUAGE_CODE):
        batch = kind.step(job)
    crash_point("job_batch")
    _save(job, batch)
    return not batch.finished


def _take_time() -> None:
    """A batch over many rows may take longer than a request may, and one may compute for minutes without asking."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = %s", [COMPUTING_MS])


def _save(job: Job, batch: Batch) -> None:
    """Last in the batch, guarded: somebody's cancellation or lease meanwhile undoes the batch."""
    values = {
        "cursor": dict(batch.cursor),
        "done": F("done") + batch.done,
        "total": job.total if batch.total is None else batch.total,
        "result": job.result | dict(batch.result or {}),
        "faults": 0,
        "leased_until": database_now() + LEASE,
    }
    if batch.finished:
        values |= {"state": JobState.DONE, "ended_at": DatabaseNow(), "lease": "", "leased_until": None}
    if not Job.objects.filter(pk=job.pk, lease=job.lease, state=JobState.RUNNING).update(**values):
        raise LostError


def _fault_of(refusal: DomainError) -> dict[str, object]:
    """The refusal as message id and numbers, so that everybody reads it in their language."""
    with translation.override(None):
        text = str(refusal._message)
        numbers = {n: v if isinstance(v, int) else str(v) for n, v in refusal.numbers.items()}
    return {"code": refusal.code, "text": text, "numbers": numbers}


def _fail(job: int, lease: str, fault: dict[str, object]) -> None:
    Job.objects.filter(pk=job, lease=lease, state=JobState.RUNNING).update(
        state=JobState.FAILED, fault=fault, ended_at=DatabaseNow(), lease="", leased_until=None
    )


def _crashed(job: int, lease: str, error: Exception) -> None:
    """Tried again after a while; given up when nothing moves."""
    held = Job.objects.filter(pk=job, lease=lease, state=JobState.RUNNING)
    held.update(faults=F("faults") + 1, lease="", leased_until=database_now() + LEASE)
    fault = {"code": "unexpected", "text": UNEXPECTED, "numbers": {"what": type(error).__name__}}
    Job.objects.filter(pk=job, state=JobState.RUNNING, faults__gte=MOST_FAULTS).update(
        state=JobState.FAILED, fault=fault, ended_at=DatabaseNow(), leased_until=None
    )
