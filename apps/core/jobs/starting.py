"""What people do with long works: start them, cancel them, take them up again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import structlog
from celery import current_app
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import KombuError

from apps.core.audit import Subject, record, subject_of
from apps.core.clock import DatabaseNow
from apps.core.errors import DomainError, Forbidden
from apps.core.jobs import files
from apps.core.jobs.models import Job
from apps.core.jobs.registry import kind_named
from apps.core.jobs.states import OPEN, STOPPED, JobState

log = structlog.get_logger(__name__)
SEE_ALL = "core.view_job"
# A message that waits longer is dropped: the sweep has sent another one by then.
EXPIRES = 30


@transaction.atomic
def start(
    *,
    kind: str,
    params: Mapping[str, Any],
    actor: AbstractUser | None,
    subject: models.Model | Subject | None = None,
    total: int | None = None,
    inputs: Mapping[str, IO[bytes]] | None = None,
) -> Job:
    """A new job that a worker takes up once this transaction commits; `inputs` are files by role.

    The caller has asked for permission and writes the audit entry of what is to be done.
    """
    if kind_named(kind) is None:
        raise KeyError(f"nobody registered jobs of kind {kind}")
    about = Subject("", "") if subject is None else subject_of(subject)
    job = Job.objects.create(
        kind=kind, params=dict(params), actor_id=None if actor is None else actor.pk, total=total,
        subject_type=about.type, subject_code=about.code,
    )  # fmt: skip
    for role, stream in (inputs or {}).items():
        files.store(job=job, role=role, stream=stream)
    transaction.on_commit(lambda: wake(job.pk))
    return job


@transaction.atomic
def cancel(*, job: Job, actor: AbstractUser) -> Job:
    """End it now: a batch under way does not commit any more, what was done before stays."""
    require_own(job, actor)
    ended = Job.objects.filter(pk=job.pk, state__in=OPEN).update(
        state=JobState.CANCELLED, ended_at=DatabaseNow(), lease="", leased_until=None
    )
    if not ended:
        raise DomainError("job_over", _("It is over already."))
    return _noted(job, "job.cancel", actor)


@transaction.atomic
def take_up(*, job: Job, actor: AbstractUser) -> Job:
    """Go on where a cancelled or failed job stopped."""
    require_own(job, actor)
    kind = kind_named(job.kind)
    if kind is None or not kind.again:
        raise DomainError("not_resumable", _("This task cannot be taken up again; start a new one."))
    taken = Job.objects.filter(pk=job.pk, state__in=STOPPED).update(
        state=JobState.WAITING, ended_at=None, fault=None, faults=0
    )
    if not taken:
        raise DomainError("job_not_stopped", _("Only a cancelled or failed task can be taken up again."))
    transaction.on_commit(lambda: wake(job.pk))
    return _noted(job, "job.take_up", actor)


def may_see(job: Job, actor: Any) -> bool:
    """One's own jobs, whatever one's role; everybody's with a permission."""
    return job.actor_id == actor.pk or actor.has_perm(SEE_ALL)


def require_own(job: Job, actor: AbstractUser) -> None:
    if not may_see(job, actor):
        raise Forbidden()


def wake(job: int) -> None:
    """Tell a worker at once; without a broker, as in a command, the sweep finds the job within seconds."""
    from apps.core.jobs.tasks import run_job

    if not current_app.conf.broker_url or not Job.objects.filter(pk=job, state__in=OPEN).exists():
        return
    try:
        run_job.apply_async((job,), expires=EXPIRES, retry=False)
    except (KombuError, OSError):
        log.warning("job_not_announced", job=job)


def _noted(job: Job, action: str, actor: AbstractUser) -> Job:
    job.refresh_from_db()
    record(action=action, subject=job, actor=actor, after={"kind": job.kind, "done": job.done})
    return job
