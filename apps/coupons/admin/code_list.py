"""The list of batches of codes: tabs, how many there are and are claimed, their time."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList
from apps.coupons.admin.code_numbers import percent
from apps.coupons.lifecycle import CodeBatchState
from apps.coupons.models import CodeBatch
from apps.coupons.services.codes import steps
from apps.offers.admin.words import local_time

LOOKS = {
    CodeBatchState.IN_REVIEW.value: "info",
    CodeBatchState.GENERATING.value: "primary",
    CodeBatchState.OPEN.value: "success",
    CodeBatchState.REVOKED.value: "danger",
}


class CodeBatchList(ReadOnlyAdmin):
    list_display = ("title_and_code", "template", "how_many", "badge", "claimed", "window", "owner")
    list_select_related = ("owner",)
    list_before_template = "admin/portal/tabs.html"
    search_fields = ("code", "name", "template")
    search_help_text = _("Name, code or coupon template")
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)
    tabs = (
        ("", _("All")),
        ("mine", _("Mine")),
        ("in_review", _("In review")),
        ("open", _("Open")),
        ("revoked", _("Revoked")),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(steps.ADD)

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        tabs = {
            "mine": Q(owner=request.user.pk),
            "in_review": Q(state=CodeBatchState.IN_REVIEW),
            "open": Q(state__in=[CodeBatchState.GENERATING, CodeBatchState.OPEN]),
            "revoked": Q(state=CodeBatchState.REVOKED),
        }
        return queryset.filter(tabs[name]) if name in tabs else queryset

    @display(description=_("batch"), ordering="name", header=True)
    def title_and_code(self, batch: CodeBatch) -> tuple[str, str]:
        return batch.name, batch.code

    @admin.display(description=_("codes"), ordering="quantity")
    def how_many(self, batch: CodeBatch) -> str:
        return f"{batch.word} × {batch.quantity:,}" if batch.shared else f"{batch.quantity:,}"

    @display(description=_("state"), ordering="state", label=LOOKS)
    def badge(self, batch: CodeBatch) -> tuple[str, str]:
        return batch.state, batch.get_state_display()

    @admin.display(description=_("Claimed"), ordering="claims")
    def claimed(self, batch: CodeBatch) -> SafeString:
        return format_html(
            '{} <div class="pp-meter"><i style="width: {}%"></i></div>',
            f"{batch.claims:,}",
            percent(batch.claims, batch.quantity),
        )

    @admin.display(description=_("time"), ordering="starts_at")
    def window(self, batch: CodeBatch) -> str:
        starts = local_time(batch.starts_at) if batch.starts_at else ""
        ends = local_time(batch.ends_at, ends=True) if batch.ends_at else ""
        return f"{starts} – {ends}" if starts or ends else "–"
