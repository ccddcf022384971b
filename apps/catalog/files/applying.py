"""Writes the rows of a file that was read and looked at: new SKUs and changes, a batch a transaction, set by set.

What protects prices is asked for where approved offers depend on it, as everywhere; all else of the row is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import shops_of
from apps.approvals.uses import uses_of
from apps.catalog.files.columns import LABELS
from apps.catalog.files.reading import NEEDED, forget
from apps.catalog.models import Sku
from apps.catalog.models.sku import PROTECTED
from apps.catalog.services.protecting import ask
from apps.core import jobs
from apps.core.audit import Subject, record
from apps.core.bulk_upsert import Outcome, Staging, staging
from apps.core.errors import DomainError
from apps.core.jobs.states import JobState
from apps.core.permissions import require_permission

KIND = "catalog.apply"
BATCH = 5_000
FIELDS = tuple(LABELS)
NAMES = tuple(field.removesuffix("_id") for field in FIELDS)
#: what a new SKU has where the file says nothing
BLANK = {"name": "''", "tags": "'{}'", "excluded_from": "'{}'"}
STAGE = "stage_catalog_sku"
DIFFERENT = f"""
SELECT k.code, s.min_price_amount, s.excluded_from FROM {STAGE} s JOIN catalog_sku k USING (code)
WHERE (k.min_price_amount, k.excluded_from) IS DISTINCT FROM (s.min_price_amount, s.excluded_from) ORDER BY k.code
"""  # noqa: S608
KEEP = f"""
UPDATE {STAGE} s SET min_price_amount = k.min_price_amount, excluded_from = k.excluded_from
FROM catalog_sku k WHERE k.code = s.code AND s.code = ANY(%s)
"""  # noqa: S608
# Somebody may have moved a SKU to another shop since the file was read.
FOREIGN = f"""
DELETE FROM {STAGE} s USING catalog_sku k WHERE k.code = s.code AND NOT coalesce(k.shop_id = ANY(%s), false)
"""  # noqa: S608


@transaction.atomic
def start_applying(*, reading: jobs.Job, actor: User, reason: str = "") -> jobs.Job:
    """Write what a reading found; once. Errors: not_read, nothing_to_write, already_applied."""
    for permission in NEEDED:
        require_permission(actor, permission)
    read = jobs.Job.objects.select_for_update().get(pk=reading.pk)
    if read.state != JobState.DONE or read.actor_id != actor.pk:
        raise DomainError("not_read", _("Only who uploaded a file applies it, once it is read."))
    if not read.result["new"] and not read.result["changed"]:
        raise DomainError("nothing_to_write", _("There is nothing to write."))
    if "applied_by" in read.result:
        raise DomainError("already_applied", _("This file is being applied already."))
    total = read.result["new"] + read.result["changed"] + read.result["same"]
    params = {"reading": read.pk, "columns": read.result["columns"], "reason": reason}
    job = jobs.start(kind=KIND, params=params, actor=actor, total=total)
    jobs.Job.objects.filter(pk=read.pk).update(result={**read.result, "applied_by": job.pk})
    return job


def step(job: jobs.Job) -> jobs.Batch:
    """The next rows in the order of their codes."""
    with staging(Sku, NAMES) as stage:
        last, taken = _fill(stage, job)
        if not taken:
            forget(job.params["reading"])
            return jobs.Batch(cursor=job.cursor, result=dict(job.result), finished=True)
        asked = _settle(job)
        outcome = stage.merge(when_new={"category_path": "'{}'", "excluded_all": "'{}'"})
    if outcome.written:
        _note(job, outcome)
    told = _sum(job, outcome, asked)
    return jobs.Batch(cursor={"after": last}, done=taken, result=told)


def _fill(stage: Staging, job: jobs.Job) -> tuple[str, int]:
    """Whole rows of the next SKUs: what the file says, and what is stored where it says nothing.

    The last code, and how many rows of the file these are.
    """
    given = set(job.params["columns"])
    values = [
        f"r.{f}" if f in given else f"coalesce(k.{f}, {BLANK[f]})" if f in BLANK else f"k.{f}" for f in FIELDS
    ]
    shops = shops_of(job.actor)
    if "shop_id" not in given and shops is not None and len(shops) == 1:
        values[FIELDS.index("shop_id")] = "coalesce(k.shop_id, %(shop)s)"
    statement = f"""
INSERT INTO {STAGE} ({", ".join(FIELDS)})
SELECT {", ".join(values)} FROM catalog_filerow r LEFT JOIN catalog_sku k ON k.code = r.code
WHERE r.job = %(job)s AND r.code > %(after)s ORDER BY r.code LIMIT %(most)s
"""  # noqa: S608
    after = job.cursor.get("after", "")
    names = {
        "job": job.params["reading"],
        "after": after,
        "most": BATCH,
        "shop": next(iter(shops or ()), None),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, names)
        taken = stage.count = cursor.rowcount
        cursor.execute(f"SELECT max(code) FROM {STAGE}")  # noqa: S608
        last = cursor.fetchone()[0] or after
        if shops is not None:
            cursor.execute(FOREIGN, [sorted(shops)])
            stage.count -= cursor.rowcount
    return last, taken


def _settle(job: jobs.Job) -> int:
    """Put protection back where another person must decide, and ask; how many SKUs are asked for."""
    if not set(PROTECTED) & set(job.params["columns"]):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        wanted = {
            code: {"min_price_amount": low, "excluded_from": out} for code, low, out in cursor.fetchall()
        }
    codes = list(wanted)
    if not codes or not uses_of("sku", codes):
        return 0
    rows = Sku.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=codes).order_by("pk")
    person: Any = job.actor
    ask(rows=[(row, wanted[row.pk]) for row in rows], actor=person, reason=job.params["reason"])
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [codes])
    return len(codes)


def _note(job: jobs.Job, outcome: Outcome) -> None:
    record(
        action="catalog.import",
        subject=Subject("catalog", f"file-{job.params['reading']}"),
        actor=job.actor,
        after={"skus": outcome.as_json()},
        reason=job.params["reason"],
    )


def _sum(job: jobs.Job, outcome: Outcome, asked: int) -> dict[str, int]:
    """Over all batches so far."""
    more = {
        "created": outcome.created,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "asked": asked,
    }
    return {name: job.result.get(name, 0) + number for name, number in more.items()}


WRITTEN = gettext_noop("%(created)s new, %(changed)s changed, %(unchanged)s unchanged.")
ASKED = gettext_noop("Of %(asked)s SKUs the minimum price or exclusions wait for another person.")
NOTHING: Sequence[str] = ("created", "changed", "unchanged", "asked")


def tell(job: jobs.Job) -> str:
    numbers = {name: f"{job.result.get(name, 0):,}" for name in NOTHING}
    told = gettext(WRITTEN) % numbers
    return f"{told} {gettext(ASKED) % numbers}" if job.result.get("asked") else told
