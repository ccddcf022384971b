"""停发: no new coupons of a template, at once and by one person; issued ones still work. Back only by approval."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.coupons.models import CouponTemplate
from apps.offers.lifecycle import Action, Right, TemplateState
from apps.offers.versions.handlers import SubjectHandler
from apps.offers.versions.steps import begin, begin_locked, finish, lock, permit

RESUME_ISSUING = "template.resume_issuing"


@transaction.atomic
def stop_issuing(*, template: CouponTemplate, actor: User, reason: str) -> CouponTemplate:
    step = begin(template, Action.STOP_ISSUING, actor, reason)
    before = step.before
    step.thing.status = TemplateState.STOPPED
    step.thing.stopped_by = actor
    finish(step, before)
    return step.thing


@transaction.atomic
def request_resume_issuing(*, template: CouponTemplate, actor: User, reason: str = "") -> ApprovalRequest:
    """Ask for coupons to be issued again; neither who asks nor who stopped it decides."""
    permit(actor, template, Right.SUBMIT)
    step = begin_locked(lock(template), Action.RESUME_ISSUING, actor, reason)
    locked = step.thing
    finish(step, step.before, action="request_resume_issuing")
    return approvals.open_request(
        action=RESUME_ISSUING,
        subject=locked,
        title=locked.title,
        content_hash=locked.current.content_hash,
        submitter=actor,
        version=locked.current.number,
        barred=[locked.stopped_by_id],
        reason=step.reason,
        shop_code=locked.shop_code,
    )


class ResumeIssuingHandler(SubjectHandler):
    """Approval of issuing again."""

    right = Right.RESUME
    label = _("Issue again")

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = begin_locked(self.lock(request), Action.RESUME_ISSUING, actor)
        before = step.before
        step.thing.status = TemplateState.APPROVED
        finish(step, before)
