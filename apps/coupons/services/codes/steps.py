"""The life of a batch of codes as a table, and how every step on it begins: permission, row lock, table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.coupons.lifecycle import CodeBatchState as State
from apps.coupons.models import CodeBatch, CouponTemplate
from apps.offers.documents.canonical import content_hash

ADD = "coupons.add_codebatch"
CHANGE = "coupons.change_codebatch"
SUBMIT = "coupons.submit_codebatch"
APPROVE = "coupons.approve_codebatch"
EXPORT = "coupons.export_codebatch"
REVOKE = "coupons.revoke_codebatch"


class Step(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    FINISH = "finish"
    EXPORT = "export"
    REVOKE_SOME = "revoke_some"
    REVOKE = "revoke"


#: what is not named here is refused; the edges between states by a trigger, too
BATCH_TABLE: dict[tuple[State, Step], State] = {
    (State.DRAFT, Step.EDIT): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.IN_REVIEW,
    (State.IN_REVIEW, Step.SEND_BACK): State.DRAFT,
    (State.IN_REVIEW, Step.APPROVE): State.GENERATING,
    (State.GENERATING, Step.FINISH): State.OPEN,
    (State.GENERATING, Step.REVOKE): State.REVOKED,
    (State.OPEN, Step.EXPORT): State.OPEN,
    (State.OPEN, Step.REVOKE_SOME): State.OPEN,
    (State.OPEN, Step.REVOKE): State.REVOKED,
}


def allows(batch: CodeBatch, step: Step) -> bool:
    return (State(batch.state), step) in BATCH_TABLE


def lock(code: str) -> CodeBatch:
    return CodeBatch.objects.select_for_update(of=("self",), no_key=True).get(code=code)


def begin(batch: CodeBatch, step: Step, actor: User, permission: str) -> CodeBatch:
    """The batch, its row locked, if this person may take this step now."""
    require_permission(actor, permission)
    locked = lock(batch.code)
    require_own(actor, locked)
    return begin_locked(locked, step)


def begin_locked(locked: CodeBatch, step: Step) -> CodeBatch:
    if not allows(locked, step):
        raise DomainError(
            "not_allowed_now",
            _("This cannot be done now: the state is %(status)s."),
            status=locked.get_state_display(),
        )
    return locked


def move(
    locked: CodeBatch, step: Step, actor: Any, *fields: str, reason: str = "", **after: Any
) -> CodeBatch:
    """Write the step with what it changed, and one audit entry."""
    before = locked.state
    locked.state = BATCH_TABLE[State(before), step]
    locked.save(update_fields=["state", *fields])
    record(
        action=f"codes.{step}",
        subject=locked,
        actor=actor,
        before={"state": before},
        after={"state": str(locked.state), **after},
        reason=reason,
    )
    return locked


def shop_of(template: str) -> str:
    """Whose coupons the codes of a template bring; "" is the platform."""
    return CouponTemplate.objects.filter(code=template).values_list("shop_code", flat=True).first() or ""


def needed_reason(reason: str) -> str:
    """A reason that is one."""
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    return reason.strip()


def content_of(batch: CodeBatch) -> Mapping[str, Any]:
    """What an approver decides on."""
    return {
        "code": batch.code,
        "name": batch.name,
        "template": batch.template,
        "shared": batch.shared,
        "word": batch.word,
        "quantity": batch.quantity,
        "per_customer": batch.per_customer,
        "starts_at": batch.starts_at.isoformat() if batch.starts_at else None,
        "ends_at": batch.ends_at.isoformat() if batch.ends_at else None,
    }


def hash_of(batch: CodeBatch) -> str:
    return content_hash(content_of(batch))
