"""Everybody's own notices: what was decided, what waits, what was paused."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.approvals.models import Notice
from apps.approvals.notices import mark_read, text_of
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("said", "created_at", "unread")
    list_display_links = ("said",)
    list_select_related = ("request",)
    list_before_template = "admin/portal/notices.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)
    tabs = (("", _("Unread")), ("all", _("All")))

    def has_view_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        """One's own, whatever one's role."""
        return request.user.is_staff and (obj is None or obj.user_id == request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(user=request.user.pk)

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        return queryset if name == "all" else queryset.filter(read_at=None)

    @admin.display(description=_("notice"))
    def said(self, notice: Notice) -> str:
        return text_of(notice)

    @admin.display(description=_("state"))
    def unread(self, notice: Notice) -> SafeString | str:
        if notice.read_at is not None:
            return _("read")  # type: ignore[return-value]
        return format_html('<span class="pp-badge pp-badge-info">{}</span>', _("new"))

    def get_urls(self) -> list[URLPattern]:
        read_all = self.admin_site.admin_view(self.read_all_view)
        return [path("read-all/", read_all, name="approvals_notice_read_all"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Opening a notice leads to what it is about."""
        notice = self.get_object(request, object_id or "")
        if notice is None:
            raise Http404
        mark_read(user=signed_in(request), notices=[notice.pk])
        return HttpResponseRedirect(_address(notice))

    def read_all_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise PermissionDenied
        mark_read(user=signed_in(request))
        return HttpResponseRedirect(reverse("admin:approvals_notice_changelist"))


def _address(notice: Notice) -> str:
    if notice.request_id is not None:
        return reverse("admin:approvals_approvalrequest_change", args=[notice.request_id])
    if notice.subject_type:
        app, model = notice.subject_type.split(".")
        found = reverse(f"admin:{app}_{model}_changelist")
        return f"{found}?q={notice.subject_code}"
    return reverse("admin:approvals_notice_changelist")
