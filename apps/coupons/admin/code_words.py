"""A batch of codes in words, for its page and for who decides about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals.models import ApprovalRequest
from apps.catalog.selectors import portal
from apps.coupons.models import CodeBatch, CouponTemplate
from apps.coupons.services.codes.drafting import GENERATE, faults_of
from apps.coupons.services.codes.exporting import EXPORT
from apps.coupons.worst_case import worst_case
from apps.offers.admin.words import Line, local_time
from apps.pricing.money import format_money

EFFECTS: dict[str, Promise] = {
    GENERATE: gettext_lazy("Once approved, the codes are made and can be claimed within their time."),
    EXPORT: gettext_lazy("Once approved, the person who asked can download the codes, once."),
}


def sentence_of(batch: CodeBatch) -> str:
    names = {"template": template_name(batch), "count": f"{batch.quantity:,}", "word": batch.word}
    if batch.shared:
        said = _("The code %(word)s for “%(template)s”: %(count)s claims in all, %(each)s per customer")
        return said % {**names, "each": batch.per_customer}
    return _("%(count)s single-use codes for “%(template)s”") % names


def template_of(batch: CodeBatch) -> CouponTemplate | None:
    return CouponTemplate.objects.select_related("current").filter(code=batch.template).first()


def template_name(batch: CodeBatch) -> str:
    template = template_of(batch)
    return template.name if template is not None else batch.template


def lines_of(batch: CodeBatch) -> list[Line]:
    """What it is, place by place."""
    lines = [
        Line(_("Coupon template"), f"{template_name(batch)} ({batch.template})"),
        Line(_("Number"), f"{batch.quantity:,}"),
    ]
    if batch.shared:
        lines += [Line(_("The code"), batch.word), Line(_("Claims per customer"), str(batch.per_customer))]
    starts, ends = batch.starts_at, batch.ends_at
    lines.append(Line(_("Starts"), local_time(starts) if starts else _("at once")))
    lines.append(Line(_("Ends"), local_time(ends, ends=True) if ends else _("no end")))
    exposure = exposure_of(batch)
    if exposure is not None:
        lines.append(Line(_("All of them cost at most"), format_money(exposure, portal().currency)))
    return lines


def exposure_of(batch: CodeBatch) -> int | None:
    """The worst case of all codes together, in minor units; None where a coupon's cost has no bound.

    The template's budget is the end of it, however many codes there are.
    """
    template = template_of(batch)
    if template is None or template.current is None:
        return None
    worst = worst_case(template.current.content)
    if worst is None:
        return None
    exposure = worst * batch.quantity
    return exposure if template.budget_amount is None else min(exposure, template.budget_amount)


class CodeBatchPresenter:
    """Requests about codes for the inbox."""

    def sentence(self, request: ApprovalRequest) -> str:
        return sentence_of(self._batch(request))

    def effect(self, request: ApprovalRequest) -> str | Promise:
        return EFFECTS.get(request.action, "")

    def changes(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def parts(self, request: ApprovalRequest) -> Sequence[Any]:
        return [(_("Coupon codes"), lines_of(self._batch(request)))]

    def preview(self, request: ApprovalRequest) -> Any:
        return None

    def faults(self, request: ApprovalRequest) -> Sequence[str]:
        found = faults_of(self._batch(request)) if request.action == GENERATE else []
        return [fault.message for fault in found]

    def url(self, request: ApprovalRequest) -> str:
        return reverse("admin:coupons_codebatch_change", args=[self._batch(request).pk])

    def starts_at(self, request: ApprovalRequest) -> datetime | None:
        return self._batch(request).starts_at

    def _batch(self, request: ApprovalRequest) -> CodeBatch:
        return CodeBatch.objects.get(code=request.subject_code)
