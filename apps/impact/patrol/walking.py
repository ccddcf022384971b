"""The patrol as a background task: batch by batch over the classes of goods, each with its alerts in one transaction.

The field is built once per process and task; a worker that takes over builds its own and goes on behind the same SKU.
"""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core import jobs
from apps.core.permissions import require_permission
from apps.impact.patrol.field import Field, Low, patrol_days
from apps.impact.patrol.raising import findings_of, raise_alerts
from apps.impact.worst_case import PriceClass

KIND = "impact.patrol"
RUN = "impact.run_patrol"
#: long enough to be worth a transaction, short enough for a progress bar and a lease
SECONDS = 5.0
MOST_CLASSES = 2_000

_fields: dict[int, Field] = {}


def patrol_now(*, actor: User) -> jobs.Job:
    """The whole patrol, asked for by a person."""
    require_permission(actor, RUN)
    return start(actor=actor)


def start(*, actor: User | None, skus: list[str] | None = None) -> jobs.Job:
    """`skus` None is everything."""
    params: dict[str, Any] = {"days": patrol_days()}
    if skus is not None:
        params["skus"] = skus
    return jobs.start(kind=KIND, params=params, actor=actor)


def step(job: jobs.Job) -> jobs.Batch:
    """The classes behind the cursor, for a few seconds."""
    field = _field_of(job)
    after = job.cursor.get("after", "")
    classes = _wanted(field, job.params.get("skus"))
    left = [one for one in classes if one.sku.sku > after]
    ends = time.monotonic() + SECONDS
    lows: list[Low] = []
    done = 0
    for one in left[:MOST_CLASSES]:
        lows += field.lows([one])
        done += 1
        if time.monotonic() > ends:
            break
    raised = raise_alerts(findings=findings_of(lows), run=f"job-{job.pk}")
    finished = done == len(left)
    if finished:
        _fields.pop(job.pk, None)
    told = dict(job.result)
    return jobs.Batch(
        cursor={"after": left[done - 1].sku.sku if done else after},
        done=done,
        total=len(classes),
        result={
            "low": told.get("low", 0) + len(lows),
            "raised": told.get("raised", 0) + len(raised),
            "classes": len(classes),
        },
        finished=finished,
    )


def _field_of(job: jobs.Job) -> Field:
    if job.pk not in _fields:
        _fields.clear()
        _fields[job.pk] = Field(job.params["days"])
    return _fields[job.pk]


def _wanted(field: Field, skus: list[str] | None) -> list[PriceClass]:
    if skus is None:
        return field.classes
    wanted = set(skus)
    return [one for one in field.classes if any(sku.sku in wanted for sku in one.skus)]


def tell(job: jobs.Job) -> str:
    said = job.result
    if not said:
        return ""
    low = ngettext("%(n)s SKU too cheap", "%(n)s SKUs too cheap", said.get("low", 0)) % {
        "n": said.get("low", 0)
    }
    new = ngettext("%(n)s new alert", "%(n)s new alerts", said.get("raised", 0)) % {
        "n": said.get("raised", 0)
    }
    return _("%(low)s, %(new)s.") % {"low": low, "new": new}
