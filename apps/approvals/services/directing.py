"""Where a request goes and by when: handed over, its due time moved, others told once it is overdue."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.events import Told, tell
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.approvals.notices import notify, people_with
from apps.approvals.selectors import decidable_by
from apps.approvals.services.asking import already_decided, approvers_of, lock_request
from apps.core.audit import Subject, record
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden

ADMINISTRATE = "accounts.confirm_role"
# Whoever submits late gives the approvers this long before anybody else is told.
GRACE = timedelta(minutes=10)
SWEPT = 200


@transaction.atomic
def hand_over(*, request: ApprovalRequest, to: User, actor: User, reason: str = "") -> ApprovalRequest:
    """Put a request into the inbox of `to`, who must be able to decide it, and out of everybody else's."""
    locked = _open(request)
    if not decidable_by(actor).filter(pk=locked.pk).exists():
        raise Forbidden()
    if to.pk == actor.pk or not to.is_active or not decidable_by(to).filter(pk=locked.pk).exists():
        raise DomainError("cannot_decide", _("%(who)s cannot decide this."), "to", who=to.get_username())
    before = locked.assigned_to.get_username() if locked.assigned_to else ""
    locked.assigned_to = to
    locked.save(update_fields=["assigned_to"])
    _record(locked, "approvals.hand_over", actor, {"to": before}, {"to": to.get_username()}, reason)
    params = {"title": locked.title, "actor": actor.get_username(), "reason": reason.strip()}
    notify(users=[to.pk], code="approval.handed_over", params=params, request=locked)
    tell(locked, Told.HANDED_OVER, to=to.get_username())
    return locked


@transaction.atomic
def set_due(*, request: ApprovalRequest, due_at: datetime, actor: User) -> ApprovalRequest:
    """Move the time by which a decision is wanted: its submitter, or who can decide it."""
    locked = _open(request)
    if locked.submitter_id != actor.pk and not decidable_by(actor).filter(pk=locked.pk).exists():
        raise Forbidden()
    if due_at <= database_now():
        raise DomainError("due_in_past", _("Choose a time to come."), "due_at")
    before = locked.due_at.isoformat() if locked.due_at else None
    locked.due_at, locked.escalated_at = due_at, None
    locked.save(update_fields=["due_at", "escalated_at"])
    _record(locked, "approvals.set_due", actor, {"due_at": before}, {"due_at": due_at.isoformat()})
    return locked


@transaction.atomic
def escalate() -> int:
    """Tell the approvers and the administrators of what became overdue, once for each due time; the number told of.

    Two sweeps at once share the rows between them.
    """
    now = database_now()
    asked_long_ago = Q(created_at__lte=now - GRACE) | Q(due_at__gt=F("created_at") + GRACE)
    overdue = (
        ApprovalRequest.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(asked_long_ago, state=RequestState.PENDING, due_at__lte=now, escalated_at=None)
        .select_related("submitter")
        .order_by("id")[:SWEPT]
    )
    requests = list(overdue)
    ApprovalRequest.objects.filter(pk__in=[one.pk for one in requests]).update(escalated_at=now)
    administrators = people_with(ADMINISTRATE)
    for request in requests:
        told = [*approvers_of(request), *administrators]
        notify(users=told, code="approval.overdue", params={"title": request.title}, request=request)
        _record(request, "approvals.escalate", None, None, {"told": len(set(told))})
        tell(request, Told.OVERDUE)
    return len(requests)


def _open(request: ApprovalRequest) -> ApprovalRequest:
    locked = lock_request(request)
    if not locked.is_pending:
        raise already_decided(locked)
    return locked


def _record(
    request: ApprovalRequest,
    action: str,
    actor: User | None,
    before: dict[str, object] | None,
    after: dict[str, object],
    reason: str = "",
) -> None:
    record(
        action=action,
        subject=Subject(request.subject_type, request.subject_code),
        actor=actor,
        before=before,
        after={"request": request.pk, **after},
        reason=reason.strip(),
    )
