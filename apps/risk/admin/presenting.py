"""Requests about rules, entries of the deny list and releases, as approvers read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalRequest
from apps.risk.admin.words import (
    Line,
    content_lines,
    fact_lines,
    reasons_in_words,
    sentence,
    tried_in_words,
)
from apps.risk.backtest import backtest
from apps.risk.models import DeniedMark, ReviewCase, RuleVersion
from apps.risk.rules import rule_from_content


@dataclass(frozen=True)
class ChangeLine:
    label: str
    old: str
    new: str


class PlainPresenter:
    """What requests of this app have in common: no start, no preview, nothing that blocks them."""

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def preview(self, request: ApprovalRequest) -> Any:
        return None

    def faults(self, request: ApprovalRequest) -> Sequence[str]:
        return []

    def starts_at(self, request: ApprovalRequest) -> datetime | None:
        return None


class RulePresenter(PlainPresenter):
    def _version(self, request: ApprovalRequest) -> RuleVersion:
        versions = RuleVersion.objects.select_related("rule__current")
        return versions.get(rule__code=request.subject_code, number=request.version)

    def sentence(self, request: ApprovalRequest) -> str:
        return sentence(self._version(request).content)

    def effect(self, request: ApprovalRequest) -> str | Promise:
        if self._version(request).content["active"]:
            return _("Once approved, exactly this rule binds, from the next request on.")
        return _("Once approved, this rule binds nobody any more.")

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        version = self._version(request)
        current = version.rule.current
        if current is None or current.pk == version.pk:
            return []
        return changes_between(current.content, version.content)

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        content = self._version(request).content
        tried = tried_in_words(backtest(rule_from_content(content)))
        return [
            (gettext("Rule"), content_lines(content)),
            (gettext("Tried on past decisions"), tried),
        ]

    def url(self, request: ApprovalRequest) -> str:
        return reverse("admin:risk_rule_change", args=[self._version(request).rule_id])


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[ChangeLine]:
    old = {line.label: line.value for line in content_lines(before)}
    new = {line.label: line.value for line in content_lines(after)}
    labels = list(dict.fromkeys([*new, *old]))
    pairs = [ChangeLine(label, old.get(label, ""), new.get(label, "")) for label in labels]
    return [line for line in pairs if line.old != line.new]


class DenialPresenter(PlainPresenter):
    def _entry(self, request: ApprovalRequest) -> DeniedMark:
        return DeniedMark.objects.select_related("added_by").get(pk=request.subject_code)

    def sentence(self, request: ApprovalRequest) -> str:
        return str(self._entry(request))

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return _("Once approved, the deny list no longer holds this back.")

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        entry = self._entry(request)
        lines = [
            Line(gettext("Added by"), entry.added_by.get_username()),
            Line(gettext("Reason"), entry.reason),
        ]
        return [(gettext("Deny list"), lines)]

    def url(self, request: ApprovalRequest) -> str:
        return reverse("admin:risk_deniedmark_change", args=[request.subject_code])


class CasePresenter(PlainPresenter):
    def _case(self, request: ApprovalRequest) -> ReviewCase:
        return ReviewCase.objects.get(pk=request.subject_code)

    def sentence(self, request: ApprovalRequest) -> str:
        return "; ".join(reasons_in_words(self._case(request).reasons))

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return _("Once confirmed, it may pass once within 72 hours, with no greater amounts than these.")

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        case = self._case(request)
        lines = [
            Line(gettext("Customer"), case.customer_code or "–"),
            Line(str(case.get_trigger_display()), case.subject or "–"),
            *fact_lines(case.facts),
            Line(gettext("Attempts"), str(case.attempts)),
        ]
        return [(gettext("What is held back"), lines)]

    def url(self, request: ApprovalRequest) -> str:
        return reverse("admin:risk_reviewcase_change", args=[request.subject_code])
