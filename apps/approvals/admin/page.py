"""What the page of one request shows: the verdict first, then what it is, then who said what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.approvals.admin.presenters import (
    Costing,
    Leading,
    Presenter,
    hits_of,
    presenter_for,
    reports_of,
    samples_of,
    verdicts,
)
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.approvals.notices import said_time
from apps.approvals.registry import approvers_for, choices_of, handler_for
from apps.approvals.selectors import decidable_actions, decidable_by, principals_of, waiting_for
from apps.approvals.services.asking import approvers_of
from apps.approvals.services.talking import MOST_FILES
from apps.core.clock import database_now

REASONS: tuple[str | Promise, ...] = (
    _("Price too low"),
    _("Budget too high"),
    _("Wrong time"),
    _("Wrong goods"),
    _("Stacks with too much"),
    _("Texts unclear"),
)
LAST = 3
QUEUE = 500


def context_of(request: HttpRequest, asked: ApprovalRequest) -> dict[str, Any]:
    """Everything the template needs, for this reader."""
    user = signed_in(request)
    handler, presenter = handler_for(asked), presenter_for(asked)
    described = handler.describe(asked)
    may_decide = decidable_by(user).filter(pk=asked.pk).exists()
    allowed = any(asked.action in decidable_actions(one) for one in [user, *principals_of(user)])
    is_open = asked.is_pending
    risks = verdicts(asked) if is_open else []
    return {
        "asked": asked,
        "title": described.title,
        "label": handler.label,
        "warnings": described.warnings,
        "now": database_now(),
        "choices": choices_of(asked) if is_open else [],
        "risks": risks,
        # Only what is to run has rules to be checked against.
        "checked": asked.action.endswith(".publish"),
        "needed": approvers_for(asked, risks),
        "reports": reports_of(asked, user),
        "samples": samples_of(asked) if is_open else [],
        "hits": hits_of(asked) if is_open else [],
        "decisions": list(asked.decisions.select_related("approver", "on_behalf_of")),
        "approvals": asked.decisions.filter(verdict="approve").count(),
        "comments": list(asked.comments.select_related("author").prefetch_related("attachments")),
        "most_files": MOST_FILES,
        "may_decide": may_decide,
        "barred": allowed and is_open and asked.bars(user.pk),
        "may_set_due": is_open and (may_decide or asked.submitter_id == user.pk),
        "due_text": said_time(asked.due_at) if asked.due_at else "",
        "overdue": is_open and asked.due_at is not None and asked.due_at <= database_now(),
        "colleagues": _colleagues(asked, user) if is_open else [],
        "people": _people(asked, user),
        "last": _last_of(asked),
        "packet": _packet(asked),
        "reasons": REASONS,
        **_neighbours(user, asked),
        **_told(presenter, asked),
    }


def _told(presenter: Presenter | None, asked: ApprovalRequest) -> dict[str, Any]:
    if presenter is None:
        return {}
    return {
        "presenter": presenter,
        "faults": presenter.faults(asked) if asked.is_pending else [],
        "sentence": presenter.sentence(asked),
        "effect": presenter.effect(asked),
        "changes": presenter.changes(asked),
        "parts": presenter.parts(asked),
        "preview": presenter.preview(asked),
        "starts_at": presenter.starts_at(asked),
        "thing_url": presenter.url(asked),
        "cost": presenter.cost(asked) if isinstance(presenter, Costing) else "",
        "ways": presenter.ways(asked) if isinstance(presenter, Leading) else [],
    }


def _colleagues(asked: ApprovalRequest, user: User) -> list[User]:
    """To whom it can be handed over."""
    spoke = asked.decisions.values_list("approver_id", flat=True)
    people = User.objects.filter(pk__in=approvers_of(asked), is_active=True).exclude(pk__in=spoke)
    return list(people.exclude(pk=user.pk).order_by("username"))


def _people(asked: ApprovalRequest, user: User) -> list[User]:
    """Who is likely to be called: the submitter, who spoke, and who decides."""
    wanted = {asked.submitter_id, *asked.comments.values_list("author_id", flat=True), *approvers_of(asked)}
    return list(User.objects.filter(pk__in=wanted - {user.pk}, is_active=True).order_by("username")[:12])


def _last_of(asked: ApprovalRequest) -> list[ApprovalRequest]:
    """What the same person submitted before, with how it ended."""
    others = ApprovalRequest.objects.filter(submitter=asked.submitter_id, action__endswith=".publish")
    others = others.exclude(subject_type=asked.subject_type, subject_code=asked.subject_code)
    return list(others.filter(pk__lt=asked.pk).order_by("-id").prefetch_related("decisions")[:LAST])


def _packet(asked: ApprovalRequest) -> dict[str, Any] | None:
    if not asked.batch:
        return None
    waiting = ApprovalRequest.objects.filter(batch=asked.batch, state=RequestState.PENDING).count()
    address = reverse("admin:approvals_approvalrequest_packet")
    return {"count": waiting, "url": f"{address}?batch={asked.batch}"} if waiting > 1 else None


def _neighbours(user: User, asked: ApprovalRequest) -> dict[str, str]:
    """Where J and K lead: through what waits for this reader."""
    queue = list(waiting_for(user).values_list("pk", flat=True)[:QUEUE])
    place = queue.index(asked.pk) if asked.pk in queue else -1
    following = queue[place + 1 : place + 2]
    before = queue[place - 1 : place] if place > 0 else []
    return {
        "next_url": _url(following[0]) if following else "",
        "previous_url": _url(before[0]) if before else "",
        "queue_place": str(place + 1) if place >= 0 else "",
        "queue_length": str(len(queue)),
    }


def _url(pk: int) -> str:
    return reverse("admin:approvals_approvalrequest_change", args=[pk])
