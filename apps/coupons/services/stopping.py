"""停用: coupons of a template are not used either, by approval, with the number it hits in sight. Back by approval."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.errors import DomainError
from apps.coupons.models import CouponTemplate
from apps.coupons.outstanding import open_coupons
from apps.offers.lifecycle import Action, Right, TemplateState
from apps.offers.versions.handlers import SubjectHandler
from apps.offers.versions.steps import Step, begin_locked, finish, lock, permit

STOP_USE = "template.stop_use"
RESUME_USE = "template.resume_use"


@transaction.atomic
def request_stop_use(*, template: CouponTemplate, actor: User, reason: str) -> ApprovalRequest:
    """Ask that issued coupons be of no use from the approval on; unpaid orders that hold some keep their price."""
    step = begin_request(template, Action.STOP_USE, actor, reason)
    if step.thing.use_stopped_at is not None:
        raise DomainError("use_stopped", _("Its coupons are of no use already."))
    return open_template_request(step, STOP_USE)


@transaction.atomic
def request_resume_use(*, template: CouponTemplate, actor: User, reason: str = "") -> ApprovalRequest:
    """Ask that issued coupons be of use again; issuing stays stopped until that is approved, too."""
    step = begin_request(template, Action.RESUME_USE, actor, reason, must=False)
    if step.thing.use_stopped_at is None:
        raise DomainError("use_not_stopped", _("Its coupons can be used."))
    return open_template_request(step, RESUME_USE, barred=[step.thing.stopped_by_id])


def begin_request(
    template: CouponTemplate, action: Action, actor: User, reason: str, *, must: bool = True
) -> Step:
    permit(actor, template, Right.SUBMIT)
    if must and not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    return begin_locked(lock(template), action, actor, reason)


def open_template_request(step: Step, action: str, barred: list[int] | None = None) -> ApprovalRequest:
    """A request about a template's coupons, with what it would hit; the template is locked by `step`."""
    template = step.thing
    hit = open_coupons(template.code).as_json()
    finish(step, step.before, action=f"request_{action.partition('.')[2]}", after=hit)
    return approvals.open_request(
        action=action,
        subject=template,
        title=template.title,
        content_hash=template.current.content_hash,
        submitter=step.actor,  # type: ignore[arg-type]
        version=template.current.number,
        barred=barred or [],
        reason=step.reason,
        shop_code=template.shop_code,
        payload=hit,
    )


class TemplateHandler(SubjectHandler):
    """Of requests about a template's coupons: the numbers in sight are those of now, not of the asking."""

    right = Right.APPROVE

    def describe(self, request: ApprovalRequest) -> Description:
        hit = open_coupons(request.subject_code)
        return Description(title=request.title, facts=hit.as_json())

    def stopped(self, step: Step, request: ApprovalRequest) -> Any:
        """The template, issuing stopped in the name of who asked, unless it was before."""
        template = step.thing
        if template.status != TemplateState.STOPPED:
            template.status = TemplateState.STOPPED
            template.stopped_by = request.submitter
        return template


class StopUseHandler(TemplateHandler):
    label = _("Stop using issued coupons")

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = begin_locked(self.lock(request), Action.STOP_USE, actor, request.reason)
        before = step.before
        self.stopped(step, request).use_stopped_at = step.now
        finish(step, before, after=open_coupons(step.thing.code).as_json(), prices=True)


class ResumeUseHandler(TemplateHandler):
    label = _("Let issued coupons be used again")
    right = Right.RESUME

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = begin_locked(self.lock(request), Action.RESUME_USE, actor, request.reason)
        before = step.before
        step.thing.use_stopped_at = None
        finish(step, before, prices=True)
