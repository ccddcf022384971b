"""Approval of another rule or list: it counts from the decision on, for the next price that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.audiences.models import Audience, ListDraft, ListDraftMember
from apps.audiences.services.asking import digest_of, hash_of, standing
from apps.audiences.services.audiences import write_rule
from apps.audiences.services.lists import write_draft
from apps.core.audit import record
from apps.core.locks import AdvisoryLock, hold


class ChangeHandler:
    label = _("Change an audience")
    permission = "audiences.approve_audience"

    def lock(self, request: ApprovalRequest) -> Audience:
        """The rules' lock first, as everywhere that a rule is written."""
        hold(AdvisoryLock.AUDIENCE_RULES)
        return Audience.objects.select_for_update(no_key=True).get(code=request.subject_code)

    def current_hash(self, request: ApprovalRequest) -> str:
        payload = {**request.payload, "before": standing(Audience.objects.get(code=request.subject_code))}
        if "list" in payload:
            payload["list"] = {**payload["list"], "digest": digest_of(payload["list"]["draft"])}
        return hash_of(payload)

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=request.payload)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        audience = Audience.objects.get(code=request.subject_code)
        before = standing(audience)
        if "rule" in request.payload:
            write_rule(audience=audience, rule=request.payload["rule"]["after"])
        else:
            draft = ListDraft.objects.get(pk=request.payload["list"]["draft"])
            write_draft(draft=draft, audience=audience)
            self._forget(request)
        after = standing(audience)
        changed = [name for name in after if after[name] != before[name]]
        record(
            action="audiences.audience.approve_change",
            subject=audience,
            actor=actor,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            reason=request.reason,
        )

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        self._forget(request)

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        self._forget(request)

    def _forget(self, request: ApprovalRequest) -> None:
        """A list that no longer waits is not kept: who was on it is nobody's business."""
        if "list" in request.payload:
            draft = request.payload["list"]["draft"]
            ListDraftMember.objects.filter(draft_id=draft).delete()
            ListDraft.objects.filter(pk=draft).delete()
