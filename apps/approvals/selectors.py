"""What waits, and for whom."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.accounts.scope import owned, shops_of
from apps.approvals.lifecycle import RequestState, Verdict
from apps.approvals.models import ApprovalDecision, ApprovalRequest, Delegation, Notice
from apps.approvals.registry import actions
from apps.core.clock import DatabaseNow

# What approvers are known by, whatever they may approve.
DECIDE = "approvals.decide_approvalrequest"


def pending() -> QuerySet[ApprovalRequest]:
    """Everything undecided, the most urgent first."""
    waiting = ApprovalRequest.objects.filter(state=RequestState.PENDING).select_related("submitter")
    return waiting.order_by(F("due_at").asc(nulls_last=True), "id")


def waiting_for(user: User) -> QuerySet[ApprovalRequest]:
    """What this person is to decide now; what was handed to somebody else only once it is overdue."""
    principals = principals_of(user)
    here = Q(assigned_to=None) | Q(assigned_to__in=[user, *principals]) | Q(escalated_at__isnull=False)
    return _decidable(user, principals).filter(here)


def decidable_by(user: User) -> QuerySet[ApprovalRequest]:
    """What this person can decide: allowed to, or in place of somebody who is, no hand in it, not decided before."""
    return _decidable(user, principals_of(user))


def _decidable(user: User, principals: Iterable[User]) -> QuerySet[ApprovalRequest]:
    voices: Any = Q(action__in=decidable_actions(user)) & ~_spoken_by(user)
    for principal in principals:
        hand = Q(submitter_id=principal.pk) | Q(barred_ids__contains=[principal.pk])
        theirs = _of_their_shops(principal)
        voices |= Q(action__in=decidable_actions(principal)) & ~hand & ~_spoken_by(principal) & theirs
    return (
        owned(user, pending())
        .filter(voices)
        .exclude(submitter_id=user.pk)
        .exclude(barred_ids__contains=[user.pk])
        .exclude(decisions__approver_id=user.pk)
    )


def _of_their_shops(principal: User) -> Q:
    if shops_of(principal) is None:
        return Q()
    return Q(pk__in=owned(principal, ApprovalRequest.objects.all()).values("pk"))


def _spoken_by(voice: User) -> Exists:
    decisions = ApprovalDecision.objects.filter(request=OuterRef("pk"))
    own = Q(on_behalf_of=None, approver_id=voice.pk)
    return Exists(decisions.filter(own | Q(on_behalf_of_id=voice.pk)))


def voices_on(request: ApprovalRequest) -> set[int]:
    """Whose voices a request has: of delegates, those they spoke for."""
    return {one.on_behalf_of_id or one.approver_id for one in request.decisions.all()}


def delegations_now() -> QuerySet[Delegation]:
    """Those that count at this instant."""
    settled = Q(needs_confirmation=False) | Q(confirmed_by__isnull=False)
    running = Q(ended_at=None, starts_at__lte=DatabaseNow(), ends_at__gt=DatabaseNow())
    return Delegation.objects.filter(settled & running, principal__is_active=True, delegate__is_active=True)


def principals_of(user: User, *, lock: bool = False) -> list[User]:
    """For whom this person decides now. One who was no approver must have been confirmed by an administrator."""
    found = delegations_now().filter(delegate=user.pk).select_related("principal").order_by("id")
    if lock:
        found = found.select_for_update(of=("self",))
    return [one.principal for one in found if one.confirmed_by_id is not None or user.has_perm(DECIDE)]


def delegates_of(approvers: Iterable[int]) -> list[int]:
    """Who stands in for any of them now."""
    found = delegations_now().filter(principal__in=list(approvers))
    return list(found.order_by("id").values_list("delegate_id", flat=True))


def decidable_actions(user: User) -> list[str]:
    """The actions whose requests this person may decide at all."""
    return [name for name, handler in actions().items() if user.has_perm(handler.permission)]


def submitted_by(user: User) -> QuerySet[ApprovalRequest]:
    return pending().filter(submitter_id=user.pk)


def pending_for(*, subject_type: str, subject_code: str, action: str) -> ApprovalRequest | None:
    """The one request for `action` about this subject that still waits."""
    return (
        ApprovalRequest.objects.filter(
            subject_type=subject_type, subject_code=subject_code, action=action, state=RequestState.PENDING
        )
        .select_related("submitter")
        .first()
    )


def chosen_by_all(request: ApprovalRequest, name: str) -> bool:
    """Whether everybody who approved it ticked this choice."""
    approvals = request.decisions.filter(verdict=Verdict.APPROVE)
    return approvals.exists() and not approvals.exclude(chosen__contains=[name]).exists()


def unread_notices(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=user.pk, read_at=None).select_related("request")
