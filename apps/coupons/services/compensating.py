"""Which templates customer service may give, and how much an agent may give a day; a quota takes two people."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.coupons.models import CompensationQuota, CouponTemplate
from apps.coupons.services.granting import quota_of, worst_of
from apps.offers.lifecycle import Right, TemplateState
from apps.offers.versions.steps import lock, permit

SET_QUOTA = "quota.set"
ASK = "coupons.ask_compensationquota"
APPROVE = "coupons.approve_compensationquota"
MOST_AMOUNT = 10**12
MOST_QUANTITY = 1_000_000


@transaction.atomic
def allow_compensation(*, template: CouponTemplate, actor: User, reason: str = "") -> CouponTemplate:
    """Let customer service give it; only what has a bound in money, since quotas count money."""
    permit(actor, template, Right.APPROVE)
    locked = lock(template)
    if locked.status != TemplateState.APPROVED or worst_of(locked) is None:
        raise DomainError(
            "no_bound", _("Only approved coupons whose cost has a bound can be given as compensation.")
        )
    return _set(locked, True, actor)


@transaction.atomic
def forbid_compensation(*, template: CouponTemplate, actor: User, reason: str = "") -> CouponTemplate:
    permit(actor, template, Right.STOP)
    return _set(lock(template), False, actor)


def _set(template: CouponTemplate, allowed: bool, actor: User) -> CouponTemplate:
    before = template.for_compensation
    template.for_compensation = allowed
    template.save(update_fields=["for_compensation"])
    record(
        action="template.allow_compensation" if allowed else "template.forbid_compensation",
        subject=template,
        actor=actor,
        before={"for_compensation": before},
        after={"for_compensation": allowed},
    )
    return template


@transaction.atomic
def request_quota(
    *, agent: User | None, quantity: int, amount: int, actor: User, reason: str
) -> ApprovalRequest:
    """Ask for another quota a day, of one agent or (None) of all who have none of their own."""
    require_permission(actor, ASK)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    if not (0 <= quantity <= MOST_QUANTITY and 0 <= amount <= MOST_AMOUNT):
        raise DomainError("quota", _("That is too much."), "quantity")
    now_valid = quota_of(agent)
    numbers = {"quantity": now_valid.quantity, "amount": now_valid.amount}
    row, _made = CompensationQuota.objects.get_or_create(agent=agent, defaults=numbers)
    row = CompensationQuota.objects.select_for_update(of=("self",)).get(pk=row.pk)
    asked = {"quantity": quantity, "amount": amount}
    record(
        action="quota.request",
        subject=row,
        actor=actor,
        before={"quantity": row.quantity, "amount": row.amount},
        after=asked,
        reason=reason.strip(),
    )
    return approvals.open_request(
        action=SET_QUOTA,
        subject=row,
        title=str(row),
        content_hash=_hash(row.pk, asked),
        submitter=actor,
        barred=[agent.pk] if agent else [],
        reason=reason.strip(),
        payload={**asked, "agent": agent.get_username() if agent else ""},
    )


def _hash(row: int, asked: dict[str, int]) -> str:
    return hashlib.sha256(f"{row} {asked['quantity']} {asked['amount']}".encode()).hexdigest()


class SetQuotaHandler:
    """Approval of a quota: from then on the guard counts against it."""

    label = _("Compensation quota")
    permission = APPROVE

    def lock(self, request: ApprovalRequest) -> CompensationQuota:
        rows = CompensationQuota.objects.select_for_update(of=("self",))
        return rows.get(pk=int(request.subject_code))

    def current_hash(self, request: ApprovalRequest) -> str:
        return _hash(int(request.subject_code), request.payload)

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=request.payload)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        row = self.lock(request)
        before = {"quantity": row.quantity, "amount": row.amount}
        row.quantity, row.amount = request.payload["quantity"], request.payload["amount"]
        row.updated_at = database_now()
        row.save()
        record(
            action="quota.set",
            subject=row,
            actor=actor,
            before=before,
            after={"quantity": row.quantity, "amount": row.amount},
            reason=request.reason,
        )

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """The quota stays as it is."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """The quota stays as it is."""
