"""Revocation: one person asks, another ends it; meanwhile it runs on with the flag up."""

from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import pending_for
from apps.core.errors import DomainError
from apps.offers.lifecycle import Action, EndReason, Right
from apps.offers.versions.ending import end
from apps.offers.versions.handlers import SubjectHandler
from apps.offers.versions.models import Running
from apps.offers.versions.steps import begin, begin_locked, finish, permit

Thing = TypeVar("Thing", bound=Running)


@transaction.atomic
def request_revocation(
    *, thing: Thing, actor: User, reason: str, cancel_unpaid: bool = False
) -> ApprovalRequest:
    """Ask for the end of what runs; `cancel_unpaid` proposes that unpaid orders go with it: the approver decides."""
    step = begin(thing, Action.REQUEST_REVOCATION, actor, reason)
    locked, before = step.thing, step.before
    locked.revocation_pending = True
    finish(step, before, after={"cancel_unpaid": cancel_unpaid})
    return approvals.open_request(
        action=revoke_action(locked),
        subject=locked,
        title=locked.title,
        content_hash=locked.current.content_hash,
        submitter=actor,
        version=locked.current.number,
        reason=step.reason,
        shop_code=locked.shop_code,
        payload={"cancel_unpaid": cancel_unpaid},
    )


@transaction.atomic
def withdraw_revocation(*, thing: Thing, actor: User) -> ApprovalRequest:
    """Its requester takes it back."""
    permit(actor, thing, Right.REVOKE)
    return approvals.withdraw(request=pending_revocation(thing), actor=actor)


def pending_revocation(thing: Running) -> ApprovalRequest:
    request = pending_for(
        subject_type=thing.kind_of_thing(), subject_code=thing.code, action=revoke_action(thing)
    )
    if request is None:
        raise DomainError("no_revocation", _("Nobody asks for its revocation."))
    return request


def revoke_action(thing: Running | type[Running]) -> str:
    return f"{thing.DOCUMENT}.revoke"


class RevokeHandler(SubjectHandler):
    """Approval of a revocation: the end. A request bound to a version that was replaced meanwhile is stale."""

    right = Right.APPROVE
    label = _("Revoke")

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = begin_locked(self.lock(request), Action.APPROVE_REVOCATION, actor, request.reason)
        end(step, EndReason.REVOKED)

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        self._lower_flag(request, actor, Action.REJECT_REVOCATION, reason)

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        self._lower_flag(request, actor, Action.WITHDRAW_REVOCATION)

    def _lower_flag(self, request: ApprovalRequest, actor: User, action: Action, reason: str = "") -> None:
        step = begin_locked(self.lock(request), action, actor, reason)
        before = step.before
        step.thing.revocation_pending = False
        finish(step, before)
