"""One verdict by one person: four eyes, bound to the content that was seen, one outcome under races."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.approvals.events import Told, tell
from apps.approvals.lifecycle import RequestState, Verdict
from apps.approvals.models import ApprovalDecision, ApprovalRequest
from apps.approvals.notices import notify
from apps.approvals.registry import Handler, Risk, approvers_for, choices_of, handler_for, risks_of
from apps.approvals.services.asking import already_decided, close, lock_request, tell_approvers
from apps.approvals.services.voices import require_voice, voice_for
from apps.core.audit import Subject, record
from apps.core.errors import DomainError


def approve(
    *,
    request: ApprovalRequest,
    actor: User,
    seen_hash: str,
    reason: str = "",
    chosen: Collection[str] = (),
    acknowledged: Collection[str] = (),
) -> ApprovalRequest:
    return decide(
        request=request,
        actor=actor,
        verdict=Verdict.APPROVE,
        seen_hash=seen_hash,
        reason=reason,
        chosen=chosen,
        acknowledged=acknowledged,
    )


def reject(*, request: ApprovalRequest, actor: User, seen_hash: str, reason: str) -> ApprovalRequest:
    return decide(request=request, actor=actor, verdict=Verdict.REJECT, seen_hash=seen_hash, reason=reason)


@transaction.atomic
def decide(
    *,
    request: ApprovalRequest,
    actor: User,
    verdict: Verdict,
    seen_hash: str,
    reason: str = "",
    chosen: Collection[str] = (),
    acknowledged: Collection[str] = (),
) -> ApprovalRequest:
    """Decide on the content with `seen_hash`; the last approval needed carries the request out.

    `chosen` are the names of the choices that this person ticked, `acknowledged` the codes of the risks.
    """
    handler = handler_for(request)
    require_voice(actor, handler.permission)
    if verdict is Verdict.REJECT and not reason.strip():
        raise DomainError("reason_required", _("Say why, so that it can be put right."), "reason")
    handler.lock(request)
    locked = lock_request(request)
    _check_open(locked, handler, seen_hash)
    require_own(actor, locked)
    principal = _check_four_eyes(locked, actor, handler.permission)
    risks = risks_of(locked) if verdict is Verdict.APPROVE else []
    known = _known_risks(risks, acknowledged)
    _ask_for_more(locked, risks)
    ApprovalDecision.objects.create(
        request=locked,
        approver=actor,
        on_behalf_of=principal,
        verdict=verdict,
        reason=reason.strip(),
        seen_hash=seen_hash,
        chosen=_known_choices(locked, chosen) if verdict is Verdict.APPROVE else [],
        acknowledged=known,
    )
    if verdict is Verdict.REJECT:
        _reject(locked, handler, actor, reason.strip())
    else:
        _approve(locked, handler, actor)
    return locked


def _check_open(request: ApprovalRequest, handler: Handler, seen_hash: str) -> None:
    if not request.is_pending:
        raise already_decided(request)
    if not seen_hash == request.content_hash == handler.current_hash(request):
        raise DomainError("stale", _("The content is not what you saw. Look at it again before you decide."))


def _known_choices(request: ApprovalRequest, chosen: Collection[str]) -> list[str]:
    offered = {choice.name for choice in choices_of(request)} if chosen else set()
    if not offered.issuperset(chosen):
        raise DomainError("unknown_choice", _("This request leaves no such choice."))
    return sorted(set(chosen))


def _check_four_eyes(request: ApprovalRequest, actor: User, permission: str) -> User | None:
    """For whom the actor decides, None for themself; raises FourEyes."""
    return voice_for(request, actor, permission)


def _known_risks(risks: Sequence[Risk], acknowledged: Collection[str]) -> list[str]:
    codes = sorted({risk.code for risk in risks})
    if not set(codes) <= set(acknowledged):
        raise DomainError("not_acknowledged", _("Tick that you know the risks before you approve."))
    return codes


def _ask_for_more(request: ApprovalRequest, risks: Sequence[Risk]) -> None:
    """A risk that asks for two approvers asks for them even when it is gone by the second's turn."""
    needed = approvers_for(request, risks)
    if needed > request.needed:
        request.needed = needed
        request.save(update_fields=["needed"])


def _reject(request: ApprovalRequest, handler: Handler, actor: User, reason: str) -> None:
    close(request, RequestState.REJECTED)
    handler.on_reject(request, actor, reason)
    _tell_submitter(request, "approval.rejected", actor, reason)
    tell(request, Told.REJECTED, reason=reason)


def _approve(request: ApprovalRequest, handler: Handler, actor: User) -> None:
    approvals = request.decisions.filter(verdict=Verdict.APPROVE).count()
    if approvals < request.needed:
        _note_partial(request, actor, approvals)
        return
    close(request, RequestState.APPROVED)
    handler.carry_out(request, actor)
    _tell_submitter(request, "approval.approved", actor)
    tell(request, Told.APPROVED)


def _note_partial(request: ApprovalRequest, actor: User, approvals: int) -> None:
    """A first of two approvals moves nothing, but the log knows it and the others are asked again."""
    record(
        action="approvals.sign",
        subject=Subject(request.subject_type, request.subject_code),
        actor=actor,
        after={"request": request.pk, "approvals": approvals, "needed": request.needed},
    )
    if request.assigned_to_id is not None:
        # The one whom it was handed to has spoken: it waits for the others again.
        request.assigned_to = None
        request.save(update_fields=["assigned_to"])
    tell_approvers(request, "approval.asked_again")


def _tell_submitter(request: ApprovalRequest, code: str, actor: User, reason: str = "") -> None:
    notify(
        users=[request.submitter_id],
        code=code,
        params={"title": request.title, "actor": actor.get_username(), "reason": reason},
        request=request,
    )
