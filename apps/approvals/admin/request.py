"""The inbox: what waits for me first; one page to decide, in two clicks where nothing speaks against it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.approvals import services
from apps.approvals.admin.presenters import presenter_for
from apps.approvals.lifecycle import RequestState, Verdict
from apps.approvals.models import ApprovalRequest
from apps.approvals.notices import mark_read
from apps.approvals.registry import actions, choices_of, handler_for
from apps.approvals.selectors import submitted_by, waiting_for
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList

LOOKS = {
    RequestState.PENDING.value: "info",
    RequestState.APPROVED.value: "success",
    RequestState.REJECTED.value: "warning",
}
REASONS = (
    _("Price too low"),
    _("Budget too high"),
    _("Wrong time"),
    _("Wrong goods"),
    _("Stacks with too much"),
    _("Texts unclear"),
)


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ReadOnlyAdmin):
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
        return request.title or request.subject_code, request.subject_code

    @admin.display(description=_("asked for"))
    def what(self, request: ApprovalRequest) -> Any:
        handler = actions().get(request.action)
        return handler.label if handler else request.action

    @display(description=_("state"), ordering="state", label=LOOKS)
    def state_badge(self, request: ApprovalRequest) -> tuple[str, str]:
        return request.state, request.get_state_display()

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide_view)
        return [
            path("<int:object_id>/decide/", decide, name="approvals_approvalrequest_decide"),
            *super().get_urls(),
        ]

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
        return TemplateResponse(request, "admin/portal/request.html", self._context(request, asked))

    def decide_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """One verdict. A refusal of the service is told on the page that was decided from."""
        asked = self.get_object(request, str(object_id))
        if asked is None or request.method != "POST":
            raise Http404
        here = reverse("admin:approvals_approvalrequest_change", args=[object_id])
        try:
            verdict = Verdict(request.POST.get("verdict", ""))
        except ValueError as error:
            raise Http404 from error
        try:
            services.decide(
                request=asked,
                actor=signed_in(request),
                verdict=verdict,
                seen_hash=request.POST.get("seen_hash", ""),
                reason=request.POST.get("reason", ""),
                chosen=request.POST.getlist("chosen"),
            )
        except Forbidden:
            raise
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(here)
        done = _("Approved: %(title)s") if verdict is Verdict.APPROVE else _("Sent back: %(title)s")
        messages.success(request, done % {"title": asked.title})
        return HttpResponseRedirect(reverse("admin:approvals_approvalrequest_changelist"))

    def _read_notices(self, request: HttpRequest, asked: ApprovalRequest) -> None:
        user = signed_in(request)
        mark_read(
            user=user, notices=asked.notices.filter(user=user, read_at=None).values_list("pk", flat=True)
        )

    def _context(self, request: HttpRequest, asked: ApprovalRequest) -> dict[str, Any]:
        user = signed_in(request)
        handler, presenter = handler_for(asked), presenter_for(asked)
        described = handler.describe(asked)
        may = request.user.has_perm(handler.permission)
        decided = asked.decisions.filter(approver=user).exists()
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "choices": choices_of(asked) if asked.is_pending else [],
            "title": described.title,
            "asked": asked,
            "label": handler.label,
            "warnings": described.warnings,
            "presenter": presenter,
            "faults": presenter.faults(asked) if presenter and asked.is_pending else [],
            "sentence": presenter.sentence(asked) if presenter else "",
            "effect": presenter.effect(asked) if presenter else "",
            "changes": presenter.changes(asked) if presenter else [],
            "parts": presenter.parts(asked) if presenter else [],
            "preview": presenter.preview(asked) if presenter else None,
            "starts_at": presenter.starts_at(asked) if presenter else None,
            "thing_url": presenter.url(asked) if presenter else "",
            "now": database_now(),
            "decisions": list(asked.decisions.select_related("approver")),
            "may_decide": may and asked.is_pending and not asked.bars(user.pk) and not decided,
            "barred": may and asked.is_pending and asked.bars(user.pk),
            "reasons": REASONS,
        }
