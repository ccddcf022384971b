"""The review queue: one person refuses at once; a release is proposed by one and confirmed by another.

Neither of them may be the agent of customer service whose grant it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError, FourEyes
from apps.core.permissions import require_permission
from apps.risk.lifecycle import DECIDABLE_CASES, CaseState
from apps.risk.models import ReviewCase

RELEASE = "risk_case.release"
REVIEW, CONFIRM = "risk.review_reviewcase", "risk.release_reviewcase"
PASSES_FOR = timedelta(hours=72)


@transaction.atomic
def refuse(*, case: ReviewCase, actor: User, reason: str) -> ReviewCase:
    """Keep it denied, for good unless somebody releases it after all. Errors: reason_required, already_decided."""
    require_permission(actor, REVIEW)
    why = _said(reason)
    locked = _lock(case.pk)
    if locked.state != CaseState.OPEN:
        raise _decided(locked)
    _decide(locked, CaseState.REFUSED, actor, why)
    approvals.close_pending(subject_type=ReviewCase._meta.label_lower, subject_codes=[locked.code])
    return locked


@transaction.atomic
def propose_release(*, case: ReviewCase, actor: User, reason: str) -> ApprovalRequest:
    """Ask another person to let it pass once. Errors: reason_required, already_decided, already_asked, four_eyes."""
    require_permission(actor, REVIEW)
    why = _said(reason)
    locked = _lock(case.pk)
    if locked.state not in DECIDABLE_CASES:
        raise _decided(locked)
    if locked.agent_id == actor.pk:
        raise FourEyes(_("You asked for this yourself: another person must review it."))
    record(action="risk_case.propose_release", subject=locked, actor=actor, reason=why)
    return approvals.open_request(
        action=RELEASE,
        subject=locked,
        title=" ".join(filter(None, (locked.subject, locked.customer_code))),
        content_hash=case_hash(locked),
        submitter=actor,
        barred=[locked.agent_id] if locked.agent_id is not None else [],
        reason=why,
    )


def case_hash(case: ReviewCase) -> str:
    """Of what is held back and why; how often it was tried meanwhile changes nothing."""
    told = [case.pk, case.trigger, case.subject, case.customer_code, case.reasons, case.facts]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _said(reason: str) -> str:
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    return reason.strip()


def _lock(pk: int | str) -> ReviewCase:
    return ReviewCase.objects.select_for_update(of=("self",)).get(pk=pk)


def _decided(case: ReviewCase) -> DomainError:
    message = _("This has been decided already: %(state)s.")
    return DomainError("already_decided", message, state=case.get_state_display())


def _decide(case: ReviewCase, state: CaseState, actor: User, reason: str) -> None:
    before = case.state
    case.state, case.decided_by, case.decided_at = state, actor, database_now()
    case.decision_reason = reason[:500]
    case.passes_until = case.decided_at + PASSES_FOR if state is CaseState.RELEASED else None
    case.save(
        update_fields=["state", "decided_by", "decided_at", "decision_reason", "passes_until"],
    )
    record(
        action=f"risk_case.{'release' if state is CaseState.RELEASED else 'refuse'}",
        subject=case,
        actor=actor,
        before={"state": before},
        after={"state": case.state},
        reason=reason,
    )


class ReleaseHandler:
    """Confirmation of a release: what is held back passes once, within 72 hours."""

    label = _("Release what risk rules hold back")
    permission = CONFIRM

    def lock(self, request: ApprovalRequest) -> ReviewCase:
        return _lock(request.subject_code)

    def current_hash(self, request: ApprovalRequest) -> str:
        return case_hash(ReviewCase.objects.get(pk=request.subject_code))

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        case = self.lock(request)
        if case.state not in DECIDABLE_CASES:
            raise _decided(case)
        _decide(case, CaseState.RELEASED, actor, request.reason)

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """It goes on waiting."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """It goes on waiting."""
