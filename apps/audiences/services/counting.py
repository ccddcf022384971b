"""How many an audience has, counted one by one by a worker: an estimate is enough while one writes, a number to rely on
is asked for."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.audiences.models import Audience
from apps.audiences.walking import Walk
from apps.core import jobs
from apps.core.clock import DatabaseNow
from apps.core.jobs.models import Job
from apps.core.permissions import require_permission

KIND = "audiences.count"
VIEW = "audiences.view_audience"
BATCH = 20_000


@transaction.atomic
def start_count(*, audience: Audience, actor: User) -> Job:
    require_permission(actor, VIEW)
    return jobs.start(kind=KIND, params={"audience": audience.code}, actor=actor, subject=audience)


def step(job: Job) -> jobs.Batch:
    """The next customers; the audience learns its size with the last of them."""
    walk = Walk([job.params["audience"]])
    passed = walk.next(job.cursor.get("after", ""), BATCH)
    people = job.result.get("people", 0) + len(walk.among(passed))
    finished = len(passed) < BATCH
    if finished:
        found = Audience.objects.filter(code=job.params["audience"])
        found.update(people=people, counted_at=DatabaseNow())
    total = job.done + len(passed) if finished else max(walk.size(), job.done + len(passed))
    return jobs.Batch(
        cursor={"after": passed[-1] if passed else ""}, done=len(passed), total=total,
        result={"people": people}, finished=finished,
    )  # fmt: skip


def tell(job: Job) -> str:
    return gettext("%(people)s customers.") % {"people": f"{job.result.get('people', 0):,}"}
