"""From a draft to a rule that binds: submitted by one person, approved by another, bound to its hash.

Stricter, milder or switched off: each is another content, so each goes the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.approvals.selectors import pending_for
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.locks import AdvisoryLock, hold
from apps.core.permissions import require_permission
from apps.risk.book import KEEPER
from apps.risk.lifecycle import VersionState
from apps.risk.models import Rule, RuleVersion
from apps.risk.rules import content_hash
from apps.risk.services.drafts import add_version, draft_of, lock

PUBLISH = "risk_rule.publish"
SUBMIT, APPROVE = "risk.submit_rule", "risk.approve_rule"


@transaction.atomic
def submit(*, rule: Rule, actor: User, reason: str = "") -> ApprovalRequest:
    """Ask for approval of the open draft. Errors: no_draft."""
    require_permission(actor, SUBMIT)
    locked = lock(rule)
    return _submit(locked, draft_of(locked), actor, reason)


@transaction.atomic
def switch_off(*, rule: Rule, actor: User, reason: str) -> ApprovalRequest:
    """Ask that the rule binds nobody any more; it does until that is approved.

    Errors: reason_required, not_binding, open_draft.
    """
    require_permission(actor, SUBMIT)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    locked = lock(rule)
    if locked.current is None or not locked.active:
        raise DomainError("not_binding", _("This rule does not bind anybody now."))
    if locked.open_version() is not None:
        raise DomainError("open_draft", _("There is a draft already: submit or discard it first."))
    version = add_version(locked, {**locked.current.content, "active": False}, actor)
    return _submit(locked, version, actor, reason)


def _submit(rule: Rule, version: RuleVersion, actor: User, reason: str) -> ApprovalRequest:
    version.state = VersionState.IN_REVIEW
    version.save(update_fields=["state"])
    after = {"version": version.number, "content_hash": version.content_hash}
    record(action="risk_rule.submit", subject=rule, actor=actor, after=after, reason=reason.strip())
    return approvals.open_request(
        action=PUBLISH,
        subject=rule,
        title=version.content["name"],
        content_hash=version.content_hash,
        submitter=actor,
        version=version.number,
        barred=version.editor_ids,
        reason=reason.strip(),
    )


@transaction.atomic
def withdraw(*, rule: Rule, actor: User) -> ApprovalRequest:
    """Its submitter takes the version in review back to draft."""
    require_permission(actor, SUBMIT)
    request = pending_for(subject_type=Rule._meta.label_lower, subject_code=rule.code, action=PUBLISH)
    if request is None:
        raise DomainError("not_in_review", _("Nothing of it is in review."))
    return approvals.withdraw(request=request, actor=actor)


class PublishHandler:
    """Approval of a version: it is the one that binds from now on."""

    label = _("Put a risk rule in force")
    permission = APPROVE

    def lock(self, request: ApprovalRequest) -> Rule:
        return lock(Rule.objects.get(code=request.subject_code))

    def version_of(self, request: ApprovalRequest) -> RuleVersion:
        versions = RuleVersion.objects.select_related("rule__current")
        return versions.get(rule__code=request.subject_code, number=request.version)

    def current_hash(self, request: ApprovalRequest) -> str:
        return content_hash(self.version_of(request).content)

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=self.version_of(request).content)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        """The lock makes numbers become visible in their order: who saw the greatest has seen all before it."""
        hold(AdvisoryLock.RISK_RULES)
        rule, version, now = self.lock(request), self.version_of(request), database_now()
        before = rule.current
        if before is not None:
            before.state = VersionState.SUPERSEDED
            before.save(update_fields=["state"])
        version.state, version.approved_at = VersionState.APPROVED, now
        version.save(update_fields=["state", "approved_at"])
        rule.current, rule.active, rule.name = version, version.content["active"], version.content["name"]
        rule.in_force, rule.updated_at = _next_number(), now
        rule.save()
        record(
            action="risk_rule.approve",
            subject=rule,
            actor=actor,
            before={"version": before.number, "active": before.content["active"]} if before else None,
            after={"version": version.number, "active": rule.active, "content_hash": version.content_hash},
        )
        KEEPER.forget()

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        self._back_to_draft(request, "reject", actor, reason)

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        self._back_to_draft(request, "withdraw", actor, "")

    def _back_to_draft(self, request: ApprovalRequest, action: str, actor: User, reason: str) -> None:
        version = self.version_of(request)
        version.state = VersionState.DRAFT
        version.save(update_fields=["state"])
        after = {"version": version.number}
        record(action=f"risk_rule.{action}", subject=version.rule, actor=actor, after=after, reason=reason)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('risk_rules_version')")
        row = cursor.fetchone()
    assert row is not None
    return row[0]
