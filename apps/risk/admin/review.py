"""The review queue: what rules hold back; one person proposes to release it and another confirms, or one refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from apps.accounts.admin.dialogs import ReasonForm, go_to
from apps.accounts.current import signed_in
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import pending_for
from apps.core.errors import DomainError
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList
from apps.risk import services
from apps.risk.admin.decision import badge, lines
from apps.risk.admin.words import fact_lines, reasons_in_words
from apps.risk.lifecycle import DECIDABLE_CASES, CaseState
from apps.risk.models import ReviewCase
from apps.risk.services.cases import RELEASE

LOOKS = {
    CaseState.OPEN.value: "warning",
    CaseState.RELEASED.value: "info",
    CaseState.USED.value: "success",
    CaseState.REFUSED.value: "danger",
}


@admin.register(ReviewCase)
class ReviewCaseAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "trigger", "subject", "customer_code", "why", "attempts", "state_badge")
    list_display_links = ("opened_at",)
    list_filter = ("trigger",)
    search_fields = ("=customer_code", "=subject")
    search_help_text = _("Customer, or what it is about")
    list_before_template = "admin/portal/tabs.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)
    tabs = (("", _("Waiting")), ("decided", _("Decided")), ("all", _("All")))

    fields = (
        "opened_at", "trigger", "subject", "customer_code", "agent", "state_badge", "why", "known", "attempts",
        "release_asked", "decided_by", "decided_at", "decision_reason", "passes_until",
    )  # fmt: skip

    actions_detail = ("release", "refuse")

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: QuerySet, name: str) -> QuerySet:
        if name == "all":
            return queryset
        waiting = queryset.filter(state=CaseState.OPEN)
        return queryset.exclude(state=CaseState.OPEN) if name == "decided" else waiting

    def has_release_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """May ask, it can still be asked, and nobody has."""
        if not request.user.has_perm("risk.review_reviewcase"):
            return False
        if object_id is None:
            return True
        decidable = ReviewCase.objects.filter(pk=object_id, state__in=DECIDABLE_CASES)
        case = decidable.exclude(agent=signed_in(request)).first()
        return case is not None and release_of(case) is None

    def has_refuse_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if not request.user.has_perm("risk.review_reviewcase"):
            return False
        return object_id is None or ReviewCase.objects.filter(pk=object_id, state=CaseState.OPEN).exists()

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, case: ReviewCase) -> SafeString:
        return badge(LOOKS.get(case.state, "plain"), case.get_state_display())

    @admin.display(description=_("reasons"))
    def why(self, case: ReviewCase) -> SafeString | str:
        return lines(reasons_in_words(case.reasons))

    @admin.display(description=_("facts"))
    def known(self, case: ReviewCase) -> SafeString | str:
        return lines([f"{line.label}: {line.value}" for line in fact_lines(case.facts)])

    @admin.display(description=_("release asked for"))
    def release_asked(self, case: ReviewCase) -> SafeString | str:
        asked = release_of(case)
        if asked is None:
            return "–"
        url = reverse("admin:approvals_approvalrequest_change", args=[asked.pk])
        return format_html('<a class="pp-link" href="{}">{}: {}</a>', url, asked.submitter, asked.reason)

    @action(
        description=_("Propose to release"),
        url_path="release",
        permissions=["release"],
        icon="check",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Propose to release"),
            "description": _("Another person confirms it; then it may pass once within 72 hours."),
            "form_class": ReasonForm,
            "form_submit_text": _("Propose to release"),
        },
    )
    def release(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        done = _("The release waits for another person's confirmation.")
        return self._decide(request, form, object_id, services.propose_release, done)

    @action(
        description=_("Refuse"),
        url_path="refuse",
        permissions=["refuse"],
        icon="block",
        dialog={
            "title": _("Refuse"),
            "description": _("It stays denied, however often it is tried again."),
            "form_class": ReasonForm,
            "form_submit_text": _("Refuse"),
        },
    )
    def refuse(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        return self._decide(request, form, object_id, services.refuse, _("It stays denied."))

    def _decide(
        self, request: HttpRequest, form: ReasonForm, object_id: str, service: Callable[..., Any], done: Any
    ) -> HttpResponse:
        try:
            case = ReviewCase.objects.get(pk=object_id)
            service(case=case, actor=signed_in(request), reason=form.cleaned_data["reason"])
            messages.success(request, done)
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:risk_reviewcase_change", args=[object_id]))


def release_of(case: ReviewCase) -> ApprovalRequest | None:
    """The request that waits for confirmation."""
    return pending_for(subject_type=ReviewCase._meta.label_lower, subject_code=case.code, action=RELEASE)
