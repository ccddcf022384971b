"""What the rules decided: read only, newest first; what a decision was about can be put on the deny list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from apps.accounts.admin.dialogs import ReasonForm, go_to
from apps.accounts.current import signed_in
from apps.core.errors import DomainError
from apps.core.long_lists import LongListMixin
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.risk.admin.words import fact_lines, reasons_in_words
from apps.risk.lifecycle import Mark, Outcome
from apps.risk.models import Decision
from apps.risk.models.denial import DENIABLE
from apps.risk.services.denials import deny_of_decision

LOOKS = {Outcome.ALLOW.value: "success", Outcome.REVIEW.value: "warning", Outcome.DENY.value: "danger"}


class DenyMarkForm(ReasonForm):
    mark = forms.ChoiceField(
        label=_("Kind of mark"), choices=lambda: list(DENIABLE.items()), widget=UnfoldAdminSelectWidget
    )


@admin.register(Decision)
class DecisionAdmin(LongListMixin, ReadOnlyAdmin):
    list_display = ("at", "trigger", "subject", "customer_code", "outcome_badge", "why")
    list_display_links = ("at",)
    list_filter = ("trigger", "outcome", ("at", RangeDateTimeFilter))
    search_fields = ("=customer_code",)
    search_help_text = _("Customer")
    ordering = ("-id",)

    fields = (
        "at",
        "trigger",
        "subject",
        "customer_code",
        "outcome_badge",
        "why",
        "known",
        "marks_given",
        "case",
    )

    actions_detail = ("deny",)

    def has_deny_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("risk.add_deniedmark")

    @admin.display(description=_("what came of it"), ordering="outcome")
    def outcome_badge(self, decision: Decision) -> SafeString:
        return badge(LOOKS[decision.outcome], decision.get_outcome_display())

    @admin.display(description=_("reasons"))
    def why(self, decision: Decision) -> SafeString | str:
        return lines(reasons_in_words(decision.reasons))

    @admin.display(description=_("facts"))
    def known(self, decision: Decision) -> SafeString | str:
        return lines([f"{line.label}: {line.value}" for line in fact_lines(decision.facts)])

    @admin.display(description=_("marks given"))
    def marks_given(self, decision: Decision) -> SafeString | str:
        return lines(
            [
                f"{DENIABLE[name]}: {subject[:8]}…"
                for name, subject in decision.marks.items()
                if name in DENIABLE
            ]
        )

    @action(
        description=_("Put on the deny list"),
        url_path="deny",
        permissions=["deny"],
        icon="block",
        dialog={
            "title": _("Put on the deny list"),
            "description": _(
                "It counts at once where a deny list rule is in force. Taking it off needs approval."
            ),
            "form_class": DenyMarkForm,
            "form_submit_text": _("Put on the deny list"),
        },
    )
    def deny(self, request: HttpRequest, form: DenyMarkForm, object_id: str) -> HttpResponse:
        given = form.cleaned_data
        try:
            deny_of_decision(
                decision=Decision.objects.get(pk=object_id),
                mark=Mark(given["mark"]),
                actor=signed_in(request),
                reason=given["reason"],
            )
            messages.success(request, _("It is on the deny list."))
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:risk_decision_change", args=[object_id]))


def badge(look: str, text: Any) -> SafeString:
    return format_html('<span class="pp-badge pp-badge-{}">{}</span>', look, text)


def lines(texts: list[str]) -> SafeString | str:
    """One below the other."""
    return format_html_join(SafeString("<br>"), "{}", ((text,) for text in texts)) if texts else "–"
