"""Taking codes away: asked for by one, approved by another, downloaded by who asked; then nobody can make them again.

A download can break off. So whoever was allowed it may repeat it until they say that they have the file, for at most an
hour after the first time; then the seed is forgotten, at the latest by the sweep, and no table or backup made later can
give the codes again. Every download is in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.core.audit import record, subject_of
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.coupons.codes_text import CodeMaker
from apps.coupons.models import CodeBatch
from apps.coupons.services.codes import steps
from apps.coupons.services.codes.drafting import BatchHandler
from apps.coupons.services.codes.steps import Step, begin, begin_locked, hash_of

EXPORT = "codes.export"
REPEATABLE = timedelta(hours=1)
SWEEP = 100


@dataclass(frozen=True, slots=True)
class Export:
    """The codes of a batch as a table, in the order in which they were made."""

    batch: CodeBatch
    seed: bytes

    @property
    def header(self) -> tuple[object, ...]:
        return (_("Code"), _("Batch"), _("Coupon template"))

    def rows(self) -> Iterator[tuple[str, str, str]]:
        shown = CodeMaker(self.seed).shown
        for number in range(self.batch.quantity):
            yield shown(number), self.batch.code, self.batch.template


class ExportHandler(BatchHandler):
    """Approval of the one export; the codes themselves are seen by nobody here."""

    label = _("Take coupon codes away")

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        locked = begin_locked(self.lock(request), Step.EXPORT)
        _require_there(locked)
        record(
            action="codes.allow_export",
            subject=locked,
            actor=actor,
            after={"by": request.submitter.get_username(), "codes": locked.made},
        )


@transaction.atomic
def request_export(*, batch: CodeBatch, actor: User, reason: str) -> ApprovalRequest:
    """Ask to take the codes away; another person decides."""
    locked = begin(batch, Step.EXPORT, actor, steps.EXPORT)
    _require_there(locked)
    if allowed_request(locked) is not None:
        raise DomainError("already_allowed", _("The export has been approved already."))
    record(
        action="codes.request_export",
        subject=locked,
        actor=actor,
        after={"codes": locked.made},
        reason=steps.needed_reason(reason),
    )
    return approvals.open_request(
        action=EXPORT,
        subject=locked,
        title=locked.name,
        content_hash=hash_of(locked),
        submitter=actor,
        reason=reason.strip(),
        shop_code=steps.shop_of(locked.template),
    )


@transaction.atomic
def take_export(*, batch: CodeBatch, actor: User) -> Export:
    """The codes for whom it was approved; the caller streams them after this transaction."""
    locked = begin(batch, Step.EXPORT, actor, steps.EXPORT)
    _require_theirs(locked, actor)
    _require_there(locked)
    seed = locked.seed
    assert seed is not None
    now = database_now()
    again = locked.exported_at is not None
    if not again:
        locked.exported_at = now
        locked.save(update_fields=["exported_at"])
    record(action="codes.export", subject=locked, actor=actor, after={"codes": locked.made, "again": again})
    return Export(locked, bytes(seed))


@transaction.atomic
def confirm_export(*, batch: CodeBatch, actor: User) -> CodeBatch:
    """Who took the file has it: the codes are forgotten at once."""
    locked = begin(batch, Step.EXPORT, actor, steps.EXPORT)
    _require_theirs(locked, actor)
    if locked.exported_at is None:
        raise DomainError("not_exported", _("Nothing has been downloaded yet."))
    if locked.seed is not None:
        _forget(locked, actor)
    return locked


def forget_due() -> int:
    """Forget the codes of every export that may not be repeated any more; the number of batches."""
    with transaction.atomic():
        rows = CodeBatch.objects.select_for_update(skip_locked=True, no_key=True)
        due = rows.filter(seed__isnull=False, exported_at__lte=database_now() - REPEATABLE)
        batches = list(due.order_by("id")[:SWEEP])
        for batch in batches:
            _forget(batch, None)
    return len(batches)


def repeatable_until(batch: CodeBatch) -> datetime | None:
    """Until when the download can be repeated; None before the first."""
    return batch.exported_at and batch.exported_at + REPEATABLE


def allowed_request(batch: CodeBatch) -> ApprovalRequest | None:
    """The approved request for the export, or None."""
    about = subject_of(batch)
    found = ApprovalRequest.objects.filter(
        action=EXPORT, subject_type=about.type, subject_code=about.code, state=RequestState.APPROVED
    )
    return found.select_related("submitter").first()


def _require_theirs(batch: CodeBatch, actor: User) -> None:
    request = allowed_request(batch)
    if request is None or request.submitter_id != actor.pk:
        raise Forbidden(
            "not_allowed_export", _("Only the person whose request was approved takes the codes.")
        )


def _require_there(batch: CodeBatch) -> None:
    """The codes can still be made: by the clock, whether or not the sweep has run."""
    until = repeatable_until(batch)
    if batch.shared:
        raise DomainError("shared", _("A shared code stands on this page: there is nothing to take away."))
    if batch.seed is None or (until is not None and until <= database_now()):
        raise DomainError(
            "already_exported", _("The codes have been taken away, and nobody can make them again.")
        )


def _forget(batch: CodeBatch, actor: User | None) -> None:
    batch.seed = None
    batch.save(update_fields=["seed"])
    record(
        action="codes.forget_seed", subject=batch, actor=actor, before={"seed": True}, after={"seed": False}
    )
