"""The inbox: what waits for me first; one page to decide, in two clicks where nothing speaks against it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.approvals.admin.desk import Desk
from apps.approvals.admin.page import context_of
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.approvals.notices import mark_read
from apps.approvals.registry import actions
from apps.approvals.selectors import submitted_by, waiting_for
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList

LOOKS = {
    RequestState.PENDING.value: "info",
    RequestState.APPROVED.value: "success",
    RequestState.REJECTED.value: "warning",
}


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(Desk, ReadOnlyAdmin):
    list_display = ("title_and_code", "what", "submitter", "created_at", "due_at", "state_badge")
    list_select_related = ("submitter",)
    search_fields = ("title", "subject_code", "submitter__username")
    search_help_text = _("Name, code or person")
    list_before_template = "admin/portal/tabs.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("due_at", "id")
    tabs = (
        ("", _("Waiting for me")),
        ("mine", _("Submitted by me")),
        ("pending", _("All pending")),
        ("closed", _("Decided")),
    )

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        user = signed_in(request)
        if name == "mine":
            return queryset.filter(pk__in=submitted_by(user).order_by().values("pk"))
        if name == "pending":
            return queryset.filter(state=RequestState.PENDING)
        if name == "closed":
            return queryset.exclude(state=RequestState.PENDING).order_by("-id")
        return queryset.filter(pk__in=waiting_for(user).order_by().values("pk"))

    @display(description=_("request"), ordering="title", header=True)
    def title_and_code(self, request: ApprovalRequest) -> tuple[str, str]:
        """Titles end with the code as notices need it; here it stands below."""
        code = request.subject_code
        return request.title.removesuffix(f" ({code})") or code, code

    @admin.display(description=_("asked for"))
    def what(self, request: ApprovalRequest) -> Any:
        handler = actions().get(request.action)
        return handler.label if handler else request.action

    @display(description=_("state"), ordering="state", label=LOOKS)
    def state_badge(self, request: ApprovalRequest) -> tuple[str, str]:
        return request.state, request.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        return [*self.desk_urls(), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        asked = self.get_object(request, object_id or "")
        if asked is None:
            raise Http404
        if not self.has_view_permission(request, asked) or request.method != "GET":
            raise PermissionDenied
        self._read_notices(request, asked)
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context_of(request, asked)}
        return TemplateResponse(request, "admin/approvals/request.html", context)

    def _read_notices(self, request: HttpRequest, asked: ApprovalRequest) -> None:
        user = signed_in(request)
        unread = asked.notices.filter(user=user, read_at=None)
        mark_read(user=user, notices=unread.values_list("pk", flat=True))
