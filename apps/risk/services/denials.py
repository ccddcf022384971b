"""The deny list: one person puts a mark on it at once; taking it off needs another's approval."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.marks import hash_of
from apps.core.permissions import require_permission
from apps.risk.lifecycle import Mark
from apps.risk.models import Decision, DeniedMark
from apps.risk.services.publishing import APPROVE

REMOVE = "risk_denial.remove"
ADD, ASK_REMOVAL = "risk.add_deniedmark", "risk.remove_deniedmark"
SHOWN_DIGITS = 8


@transaction.atomic
def deny(*, mark: Mark, value: str, actor: User, reason: str) -> DeniedMark:
    """Put a customer's id, a device or an address on the list. Errors: reason_required, required, already_denied."""
    require_permission(actor, ADD)
    if not value.strip():
        raise DomainError("required", _("Enter who or which."), "value")
    subject = hash_of(mark, value.strip())
    return _put(mark, subject, value.strip() if mark is Mark.CUSTOMER else "", actor, reason)


@transaction.atomic
def deny_of_decision(*, decision: Decision, mark: Mark, actor: User, reason: str) -> DeniedMark:
    """Put a mark that a decision was about on the list, unread. Errors: as `deny`, unknown_mark."""
    require_permission(actor, ADD)
    subject = decision.marks.get(mark.value)
    if subject is None or mark is Mark.AGENT:
        raise DomainError("unknown_mark", _("This decision was about no such mark."), "mark")
    return _put(mark, subject, decision.customer_code if mark is Mark.CUSTOMER else "", actor, reason)


def _put(mark: Mark, subject: str, shown: str, actor: User, reason: str) -> DeniedMark:
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    try:
        with transaction.atomic():
            entry = DeniedMark.objects.create(
                mark=mark,
                subject=subject,
                shown=shown or f"{subject[:SHOWN_DIGITS]}…",
                reason=reason.strip(),
                added_by=actor,
            )
    except IntegrityError as clash:
        raise DomainError("already_denied", _("This is on the deny list already."), "value") from clash
    record(
        action="risk_denial.deny",
        subject=entry,
        actor=actor,
        after={"mark": entry.mark, "shown": entry.shown},
        reason=reason.strip(),
    )
    return entry


@transaction.atomic
def ask_removal(*, entry: DeniedMark, actor: User, reason: str) -> ApprovalRequest:
    """Ask that an entry no longer counts. Errors: reason_required, not_denied, already_asked."""
    require_permission(actor, ASK_REMOVAL)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    locked = _lock(entry.pk)
    if locked.removed_at is not None:
        raise DomainError("not_denied", _("This is no longer on the deny list."))
    record(action="risk_denial.ask_removal", subject=locked, actor=actor, reason=reason.strip())
    return approvals.open_request(
        action=REMOVE,
        subject=locked,
        title=locked.shown,
        content_hash=entry_hash(locked),
        submitter=actor,
        reason=reason.strip(),
    )


def entry_hash(entry: DeniedMark) -> str:
    return hashlib.sha256(f"{entry.pk} {entry.subject} {entry.removed_at}".encode()).hexdigest()


def _lock(pk: int | str) -> DeniedMark:
    return DeniedMark.objects.select_for_update(of=("self",)).get(pk=pk)


class RemoveHandler:
    """Approval of a removal: the mark may pass again."""

    label = _("Remove from the deny list")
    permission = APPROVE

    def lock(self, request: ApprovalRequest) -> DeniedMark:
        return _lock(request.subject_code)

    def current_hash(self, request: ApprovalRequest) -> str:
        return entry_hash(DeniedMark.objects.get(pk=request.subject_code))

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        entry = self.lock(request)
        entry.removed_at = database_now()
        entry.save(update_fields=["removed_at"])
        record(action="risk_denial.remove", subject=entry, actor=actor, reason=request.reason)

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """The entry stays."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """The entry stays."""
