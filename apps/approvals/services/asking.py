"""Opening a request, taking it back, and closing it when its question has gone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.events import Told, tell
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.approvals.notices import notify, people_with
from apps.approvals.registry import handler_for, tell_opened
from apps.approvals.selectors import delegates_of
from apps.core.audit import Subject, subject_of
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden


@transaction.atomic
def open_request(
    *,
    action: str,
    subject: Model | Subject,
    title: str,
    content_hash: str,
    submitter: User,
    version: int = 0,
    barred: Iterable[int] = (),
    needed: int = 1,
    due_at: datetime | None = None,
    reason: str = "",
    batch: str = "",
    shop_code: str = "",
    payload: dict[str, Any] | None = None,
) -> ApprovalRequest:
    """Ask for `action` on `subject`, whose row the caller has locked; the caller writes the audit entry."""
    about = subject_of(subject)
    try:
        with transaction.atomic():
            request = ApprovalRequest.objects.create(
                action=action,
                subject_type=about.type,
                subject_code=about.code,
                title=title,
                shop_code=shop_code,
                version=version,
                content_hash=content_hash,
                submitter=submitter,
                barred_ids=sorted(set(barred)),
                needed=needed,
                due_at=due_at,
                reason=reason,
                batch=batch,
                payload=payload or {},
            )
    except IntegrityError as clash:
        raise DomainError("already_asked", _("This is already waiting for a decision.")) from clash
    tell_approvers(request, "approval.asked")
    tell(request, Told.ASKED)
    tell_opened(request)
    return request


def approvers_of(request: ApprovalRequest) -> list[int]:
    """Who may decide it: everybody with the right, and who stands in for them now; nobody with a hand in it."""
    people = people_with(handler_for(request).permission, request.shop_code)
    approvers = [one for one in people if not request.bars(one)]
    delegates = delegates_of(approvers)
    return [one for one in dict.fromkeys([*approvers, *delegates]) if not request.bars(one)]


def tell_approvers(request: ApprovalRequest, code: str) -> None:
    notify(
        users=approvers_of(request),
        code=code,
        params={"title": request.title, "submitter": request.submitter.get_username()},
        request=request,
    )


@transaction.atomic
def withdraw(*, request: ApprovalRequest, actor: User) -> ApprovalRequest:
    """Its submitter takes a request back; the handler brings the subject to where it was."""
    handler = handler_for(request)
    handler.lock(request)
    locked = lock_request(request)
    if not locked.is_pending:
        raise already_decided(locked)
    if locked.submitter_id != actor.pk:
        raise Forbidden("not_yours", _("Only the person who submitted it can take it back."))
    close(locked, RequestState.WITHDRAWN)
    tell(locked, Told.WITHDRAWN)
    handler.on_withdraw(locked, actor)
    return locked


def close_pending(*, subject_type: str, subject_codes: Iterable[str]) -> int:
    """Supersede what still waits about subjects that ended or changed; the caller holds the subjects' locks."""
    waiting = list(
        ApprovalRequest.objects.filter(
            subject_type=subject_type, subject_code__in=list(subject_codes), state=RequestState.PENDING
        )
    )
    for request in waiting:
        close(request, RequestState.SUPERSEDED)
        tell(request, Told.SUPERSEDED)
        notify(
            users=[request.submitter_id],
            code="approval.superseded",
            params={"title": request.title},
            request=request,
        )
    return len(waiting)


def lock_request(request: ApprovalRequest) -> ApprovalRequest:
    """The request as it stands now, its row locked; always after its subject."""
    return ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


def close(request: ApprovalRequest, state: RequestState) -> None:
    request.state = state
    request.closed_at = database_now()
    request.save(update_fields=["state", "closed_at"])


def already_decided(request: ApprovalRequest) -> DomainError:
    message = _("This request is no longer open: it is %(state)s.")
    return DomainError("already_decided", message, state=request.get_state_display())
