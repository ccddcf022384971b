"""Who is in an offer's audiences when it is published, and who of them is held out: taken by a worker, set by set.

Customers who come to match later are not in it, so that the review compares those who could have had it from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from apps.audiences.models import Snapshot, SnapshotMember
from apps.audiences.walking import Walk
from apps.core import jobs
from apps.core.audit import Subject
from apps.core.jobs.models import Job

KIND = "audiences.snapshot"
BATCH = 20_000
# The hash of `pricing.holdout` in the database's words: the first 8 bytes of SHA-256 as an unsigned number, modulo
# 10000. PostgreSQL reads them as a signed one, which for negative numbers is 2^64 (1616 modulo 10000) too small.
SHARE = r"""
(SELECT (CASE WHEN n < 0 THEN n %% 10000 + 10000 + 1616 ELSE n %% 10000 END) %% 10000 FROM (SELECT
    ('x' || substr(encode(sha256(convert_to(%(offer)s || E'\n' || code, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint AS n
) AS hashed)
"""
ADD = f"""
WITH added AS (
    INSERT INTO audiences_snapshotmember (snapshot_id, customer_code, held_out)
    SELECT %(snapshot)s, code, {SHARE} < %(bps)s FROM unnest(%(codes)s::text[]) AS code
    ON CONFLICT DO NOTHING RETURNING held_out
) SELECT count(*), count(*) FILTER (WHERE held_out) FROM added
"""  # noqa: S608


def take(
    *,
    subject_type: str,
    subject_code: str,
    version: int,
    audiences: Sequence[str],
    holdout_bps: int,
    actor: Any,
) -> Job | None:
    """Have the snapshot of a version taken, in the transaction that publishes it; None where there is one already."""
    snapshot, is_new = Snapshot.objects.get_or_create(
        subject_type=subject_type,
        subject_code=subject_code,
        version=version,
        defaults={"audiences": list(audiences), "holdout_bps": holdout_bps},
    )
    if not is_new:
        return None
    subject = Subject(subject_type, subject_code)
    return jobs.start(kind=KIND, params={"snapshot": snapshot.pk}, actor=actor, subject=subject)


def step(job: Job) -> jobs.Batch:
    """The next customers in the order of their ids."""
    snapshot = Snapshot.objects.select_for_update().get(pk=job.params["snapshot"])
    walk = Walk(snapshot.audiences)
    passed = walk.next(job.cursor.get("after", ""), BATCH)
    if passed:
        _add(snapshot, walk.among(passed))
    snapshot.complete = len(passed) < BATCH
    snapshot.save(update_fields=["people", "held_out", "complete"])
    told = {"people": snapshot.people, "held_out": snapshot.held_out}
    total = job.done + len(passed) if snapshot.complete else max(walk.size(), job.done + len(passed))
    return jobs.Batch(
        cursor={"after": passed[-1] if passed else ""}, done=len(passed), total=total, result=told,
        finished=snapshot.complete,
    )  # fmt: skip


def _add(snapshot: Snapshot, codes: Sequence[str]) -> None:
    names: dict[str, Any] = {
        "snapshot": snapshot.pk, "offer": snapshot.subject_code,
        "bps": snapshot.holdout_bps, "codes": list(codes),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ADD, names)
        people, held_out = cursor.fetchone()
    snapshot.people += people
    snapshot.held_out += held_out


def tell(job: Job) -> str:
    said = {"people": f"{job.result.get('people', 0):,}", "held_out": f"{job.result.get('held_out', 0):,}"}
    return gettext("%(people)s customers, %(held_out)s of them held out.") % said


def members_of(*, subject_type: str, subject_code: str, held_out: bool) -> Any:
    """Customer codes of the newest complete snapshot of an offer, for its review."""
    newest = Snapshot.objects.filter(subject_type=subject_type, subject_code=subject_code, complete=True)
    rows = SnapshotMember.objects.filter(snapshot=newest.order_by("-version").values("pk")[:1])
    return rows.filter(held_out=held_out).values_list("customer_code", flat=True)
