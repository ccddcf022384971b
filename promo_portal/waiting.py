"""需要我处理: what one person can do something about now, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, When

from apps.accounts.models import GrantState, RoleGrant, User
from apps.accounts.scope import owned
from apps.activities.lifecycle import State
from apps.activities.models import Activity, ActivityVersion
from apps.activities.selectors import paused
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import submitted_by, waiting_for
from apps.coupons.models import CampaignVersion, TemplateVersion
from apps.offers.lifecycle import VersionState

SHOWN = 6
SOON = timedelta(days=3)
VERSIONS: dict[str, Any] = {
    "activity": ActivityVersion,
    "template": TemplateVersion,
    "campaign": CampaignVersion,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests to decide, roles to confirm, drafts sent back, own requests nobody decided in time, own drafts, what
    somebody paused."""

    requests: list[ApprovalRequest]
    roles: list[RoleGrant]
    sent_back: list[ApprovalRequest]
    late: list[ApprovalRequest]
    drafts: list[Activity]
    paused: list[Activity]
    count: int

    @property
    def more(self) -> bool:
        """Whether requests of approvers are left out; the list of those has all of them."""
        return self.count > sum(map(len, self._lists))

    @property
    def _lists(self) -> tuple[list[Any], ...]:
        return self.requests, self.roles, self.sent_back, self.late, self.drafts, self.paused


def waiting_of(user: User, now: datetime) -> Waiting:
    requests = waiting_for(user)
    roles = roles_to_confirm(user)
    back = sent_back_to(user)
    late = submitted_by(user).filter(due_at__lt=now)
    drafts = drafts_of(user, now)
    stopped = list(owned(user, paused())[:SHOWN]) if user.has_perm("activities.view_activity") else []
    shown = list(back[:SHOWN])
    return Waiting(
        list(requests[:SHOWN]),
        roles,
        shown,
        list(late[:SHOWN]),
        drafts,
        stopped,
        requests.order_by().count()
        + len(roles)
        + len(shown)
        + late.order_by().count()
        + len(drafts)
        + len(stopped),
    )


def roles_to_confirm(user: User) -> list[RoleGrant]:
    """Those that somebody else asked for, and for somebody else."""
    if not user.has_perm("accounts.confirm_role"):
        return []
    others = RoleGrant.objects.filter(state=GrantState.PENDING).exclude(requested_by=user).exclude(user=user)
    return list(others.select_related("user", "requested_by").order_by("id")[:SHOWN])


def sent_back_to(user: User) -> QuerySet[ApprovalRequest]:
    """Own submissions that were refused, while the draft is still a draft and nobody has sent it in again."""
    still_a_draft = Q()
    for document, model in VERSIONS.items():
        versions = model._default_manager.filter(
            subject__code=OuterRef("subject_code"), number=OuterRef("version"), state=VersionState.DRAFT
        )
        still_a_draft |= Q(Exists(versions), action=f"{document}.publish")
    later = ApprovalRequest.objects.filter(
        action=OuterRef("action"), subject_code=OuterRef("subject_code"), id__gt=OuterRef("id")
    )
    refused = ApprovalRequest.objects.filter(still_a_draft, submitter=user, state=RequestState.REJECTED)
    return refused.exclude(Exists(later)).order_by("-id")


def drafts_of(user: User, now: datetime) -> list[Activity]:
    """A person's own drafts, those that should start soon first; only who may submit has something to do there."""
    if not user.has_perm("activities.submit_activity"):
        return []
    own = Activity.objects.filter(owner=user, status=State.DRAFT)
    soon = Q(starts_at__gt=now, starts_at__lte=now + SOON)
    first = Case(When(soon, then=0), default=1, output_field=IntegerField())
    return list(own.order_by(first, "-updated_at", "-id")[:SHOWN])
