"""Requests for other minimum prices and exclusions, as approvers read them: old, new, and the offers concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import MOST, uses_of
from apps.catalog.models import Category, ExcludedFrom, Sku
from apps.catalog.selectors import portal
from apps.core.enumerating import listed
from apps.pricing.money import format_money

SHOWN = 50
FIELDS = {"min_price_amount": _("Minimum price"), "excluded_from": _("Excluded from")}


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class ChangeLine:
    label: str
    old: str
    new: str


class ProtectionPresenter:
    """For one table; `used_as` is what offers call its entries."""

    def __init__(self, model: type[Sku | Category], used_as: str) -> None:
        self.model, self.used_as = model, used_as

    def sentence(self, request: ApprovalRequest) -> str:
        count = len(self._changes(request))
        if count == 1:
            return request.title
        return gettext("%(count)s entries: %(title)s") % {"count": count, "title": request.title}

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return _("Once approved, prices keep to these values from the next request on.")

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        changes, currency = self._changes(request), portal().currency
        alone = len(changes) == 1
        return [
            ChangeLine(
                str(label) if alone else f"{change['code']}: {label}",
                in_words(change["before"][name], currency),
                in_words(change["after"][name], currency),
            )
            for change in changes[:SHOWN]
            for name, label in FIELDS.items()
            if name in change["after"] and change["after"][name] != change["before"][name]
        ]

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        codes = [change["code"] for change in self._changes(request)]
        return [(gettext("Approved offers concerned"), lines_of_uses(self.used_as, codes))]

    def preview(self, request: ApprovalRequest) -> Any:
        return None

    def faults(self, request: ApprovalRequest) -> Sequence[str]:
        return []

    def url(self, request: ApprovalRequest) -> str:
        changes = self._changes(request)
        name = f"admin:catalog_{self.model._meta.model_name}"
        if len(changes) == 1:
            return reverse(f"{name}_change", args=[quote(changes[0]["code"])])
        return reverse(f"{name}_changelist")

    def starts_at(self, request: ApprovalRequest) -> datetime | None:
        return None

    def _changes(self, request: ApprovalRequest) -> list[dict[str, Any]]:
        return request.payload["changes"]


def in_words(value: Any, currency: str) -> str:
    if isinstance(value, int):
        return format_money(value, currency)
    return listed(ExcludedFrom(one).label for one in value or ())


def lines_of_uses(used_as: str, codes: Sequence[str]) -> list[Line]:
    """The offers concerned by name; none left is said, too."""
    uses = uses_of(used_as, codes)
    lines = [Line(use.kind, f"{use.name} ({use.code})") for use in uses]
    if len(uses) == MOST:
        lines.append(Line("…", gettext("and more")))
    return lines or [Line("–", gettext("None any more."))]
