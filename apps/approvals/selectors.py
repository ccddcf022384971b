"""What waits, and for whom."""

from django.db.models import F, QuerySet

from apps.accounts.models import User
from apps.approvals.lifecycle import RequestState, Verdict
from apps.approvals.models import ApprovalRequest, Notice
from apps.approvals.registry import actions


def pending() -> QuerySet[ApprovalRequest]:
    """Everything undecided, the most urgent first."""
    waiting = ApprovalRequest.objects.filter(state=RequestState.PENDING).select_related("submitter")
    return waiting.order_by(F("due_at").asc(nulls_last=True), "id")


def waiting_for(user: User) -> QuerySet[ApprovalRequest]:
    """What this person can decide now: allowed to, no hand in it, and not decided by them before."""
    return (
        pending()
        .filter(action__in=decidable_actions(user))
        .exclude(submitter_id=user.pk)
        .exclude(barred_ids__contains=[user.pk])
        .exclude(decisions__approver_id=user.pk)
    )


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
