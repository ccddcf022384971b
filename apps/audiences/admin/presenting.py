"""Requests for other audiences, as approvers read them: the rule in words or the list in numbers, old and new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import MOST, uses_of
from apps.audiences.models import Audience
from apps.audiences.selectors import rule_size
from apps.audiences.sentence import sentence


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class ChangeLine:
    label: str
    old: str
    new: str


class AudiencePresenter:
    def sentence(self, request: ApprovalRequest) -> str:
        return request.title

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return _("Once approved, offers for this audience count it as asked, from the next request on.")

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        before, wanted = request.payload["before"], request.payload
        if "rule" in wanted:
            after = wanted["rule"]["after"]
            lines = [ChangeLine(gettext("Rule"), in_words(before["rule"]), in_words(after))]
            if request.is_pending:
                people = gettext("Customers that match the rule")
                lines.append(ChangeLine(people, size_of(before["rule"]), size_of(after)))
            return lines
        told = wanted["list"]
        size = before["list_size"] + told["added"] - told["removed"]
        return [
            ChangeLine(gettext("Customers on the list"), f"{before['list_size']:,}", f"{size:,}"),
            ChangeLine(gettext("Added"), "", f"{told['added']:,}"),
            ChangeLine(gettext("Removed"), "", f"{told['removed']:,}"),
        ]

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        uses = uses_of("audience", [request.subject_code])
        lines = [Line(use.kind, f"{use.name} ({use.code})") for use in uses]
        if len(uses) == MOST:
            lines.append(Line("…", gettext("and more")))
        return [(gettext("Approved offers concerned"), lines or [Line("–", gettext("None any more."))])]

    def preview(self, request: ApprovalRequest) -> Any:
        return None

    def faults(self, request: ApprovalRequest) -> Sequence[str]:
        return []

    def url(self, request: ApprovalRequest) -> str:
        pk = Audience.objects.values_list("pk", flat=True).get(code=request.subject_code)
        return reverse("admin:audiences_audience_change", args=[pk])

    def starts_at(self, request: ApprovalRequest) -> datetime | None:
        return None


def in_words(rule: Any) -> str:
    return sentence(rule, get_language() or "en", timezone.get_current_timezone()) if rule else ""


def size_of(rule: Any) -> str:
    if not rule:
        return ""
    matching, exact = rule_size(rule)
    return f"{matching:,}" if exact else f"≈ {matching:,}"
