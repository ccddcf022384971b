"""Revoking codes: at once and by one person, a whole batch (also while it is made) or some of it. There is no way back.

Coupons that came of codes before stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.core.audit import record, subject_of
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.coupons.codes_text import digest_of, is_code
from apps.coupons.models import CodeBatch
from apps.coupons.services.codes import steps
from apps.coupons.services.codes.steps import Step, begin, move, needed_reason

MAX_LIST = 10_000
MOST_TOLD = 50
SOME = """
WITH found AS (
    SELECT id, coupon_id IS NOT NULL AS claimed, revoked FROM coupons_code
    WHERE batch_id = %(batch)s AND digest = ANY(%(digests)s) ORDER BY id FOR NO KEY UPDATE
), gone AS (
    UPDATE coupons_code c SET revoked = true FROM found
    WHERE c.id = found.id AND NOT found.claimed AND NOT found.revoked
    RETURNING c.tail
)
SELECT (SELECT array_agg(tail ORDER BY tail) FROM gone), count(*) FILTER (WHERE claimed),
    count(*) FILTER (WHERE revoked) FROM found
"""


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of a list of codes: revoked now, claimed before, revoked before, not of this batch."""

    revoked: int
    claimed: int
    before: int
    unknown: int


@transaction.atomic
def revoke_batch(*, batch: CodeBatch, actor: User, reason: str) -> CodeBatch:
    """No code of it can be claimed any more; one that is being made is made no further."""
    locked = begin(batch, Step.REVOKE, actor, steps.REVOKE)
    why = needed_reason(reason)
    about = subject_of(locked)
    approvals.close_pending(subject_type=about.type, subject_codes=[about.code])
    locked.revoked_at, locked.seed = database_now(), None
    return move(locked, Step.REVOKE, actor, "revoked_at", "seed", reason=why, claims=locked.claims)


@transaction.atomic
def revoke_codes(*, batch: CodeBatch, texts: Iterable[str], actor: User, reason: str) -> Revoked:
    """Some codes of a batch, as they were handed out; unknown and claimed ones are counted and left alone."""
    locked = begin(batch, Step.REVOKE_SOME, actor, steps.REVOKE)
    why = needed_reason(reason)
    digests = {digest_of(text) for text in texts if is_code(text)}
    if not digests or len(digests) > MAX_LIST:
        raise DomainError("codes", _("Give 1 to %(most)s codes."), "codes", most=f"{MAX_LIST:,}")
    with connection.cursor() as cursor:
        cursor.execute(SOME, {"batch": locked.pk, "digests": list(digests)})
        tails, claimed, before = cursor.fetchone()
    gone = tails or []
    report = Revoked(len(gone), claimed, before, len(digests) - len(gone) - claimed - before)
    if gone:
        after = {"revoked": report.revoked, "ends": gone[:MOST_TOLD]}
        record(action="codes.revoke_some", subject=locked, actor=actor, after=after, reason=why)
    return report
