"""While it runs: pausing at once by one person, going on by another."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.notices import notify
from apps.approvals.selectors import pending_for
from apps.core.errors import FourEyes
from apps.offers.lifecycle import Action, Right, State
from apps.offers.versions.handlers import SubjectHandler
from apps.offers.versions.models import Running
from apps.offers.versions.steps import Step, begin, begin_locked, finish, lock, permit, state_by_clock

Thing = TypeVar("Thing", bound=Running)


@transaction.atomic
def pause(*, thing: Thing, actor: User, reason: str) -> Thing:
    """Stop it pricing from the next request on; held orders keep their price."""
    step = begin(thing, Action.PAUSE, actor, reason)
    before = step.before
    step.thing.status = State.PAUSED
    step.thing.paused_by = actor
    step.thing.resumed_by = None
    finish(step, before, prices=True)
    tell_owner(step, "activity.paused")
    return step.thing


@transaction.atomic
def request_resume(*, thing: Thing, actor: User, reason: str = "") -> ApprovalRequest:
    """Ask the approvers to let it go on; neither who asks nor who paused it decides."""
    permit(actor, thing, Right.SUBMIT)
    step = begin_locked(lock(thing), Action.RESUME, actor, reason)
    locked = step.thing
    finish(step, step.before, action="request_resume")
    return approvals.open_request(
        action=resume_action(locked),
        subject=locked,
        title=locked.title,
        content_hash=locked.current.content_hash,
        submitter=actor,
        version=locked.current.number,
        barred=[locked.paused_by_id],
        reason=step.reason,
        shop_code=locked.shop_code,
    )


@transaction.atomic
def resume(*, thing: Thing, actor: User, reason: str = "") -> Thing:
    """Let it go on at once: an approver other than the one who paused it. Decides a request to resume that waits."""
    permit(actor, thing, Right.RESUME)
    locked = lock(thing)
    request = pending_for(
        subject_type=locked.kind_of_thing(), subject_code=locked.code, action=resume_action(locked)
    )
    if request is not None:
        approvals.approve(request=request, actor=actor, seen_hash=request.content_hash, reason=reason)
        return lock(thing)
    return _go_on(begin_locked(locked, Action.RESUME, actor, reason))


def _go_on(step: Step) -> Any:
    thing, before = step.thing, step.before
    if step.actor is None or step.actor.pk == thing.paused_by_id:
        raise FourEyes(_("You paused it: another approver must let it go on."))
    thing.status = state_by_clock(thing, step.now)
    thing.resumed_by = step.actor
    finish(step, before, prices=True)
    return thing


def resume_action(thing: Running | type[Running]) -> str:
    return f"{thing.DOCUMENT}.resume"


def tell_owner(step: Step, code: str) -> None:
    """A line in the owner's inbox, unless they did it themselves."""
    thing, actor = step.thing, step.actor
    if thing.owner_id is None or actor is None or thing.owner_id == actor.pk:
        return
    notify(
        users=[thing.owner_id],
        code=code,
        params={"title": thing.title, "actor": actor.get_username(), "reason": step.reason},
        subject_type=thing.kind_of_thing(),
        subject_code=thing.code,
    )


class ResumeHandler(SubjectHandler):
    """Approval of going on."""

    right = Right.RESUME
    label = _("Resume")

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        _go_on(begin_locked(self.lock(request), Action.RESUME, actor))
