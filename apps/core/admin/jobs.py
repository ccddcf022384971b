"""Long works: one's own for everybody, all of them for administrators; seen, cancelled, taken up again, their files."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.jobs import files, starting
from apps.core.jobs.models import Job, JobFile
from apps.core.jobs.registry import kind_named
from apps.core.jobs.states import JobState
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList

LOOKS = {
    JobState.WAITING: "info", JobState.RUNNING: "primary", JobState.DONE: "success",
    JobState.FAILED: "danger", JobState.CANCELLED: "warning",
}  # fmt: skip
STEPS = {"cancel": starting.cancel, "take-up": starting.take_up}


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("what", "about", "how_far", "look", "who", "created_at")
    list_display_links = ("what",)
    list_select_related = ("actor",)
    list_before_template = "admin/portal/tabs.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    list_per_page = 50
    ordering = ("-id",)
    search_fields = ("subject_code", "kind")
    tabs = (("", _("Mine")), ("open", _("Under way")), ("all", _("All")))

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return request.user.is_staff and (obj is None or starting.may_see(obj, request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if request.user.has_perm(starting.SEE_ALL) else rows.filter(actor=request.user.pk)

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        if name == "open":
            return queryset.filter(state__in=[JobState.WAITING, JobState.RUNNING])
        return queryset if name == "all" else queryset.filter(actor=request.user.pk)

    @admin.display(description=_("task"))
    def what(self, job: Job) -> str:
        return job.label

    @admin.display(description=_("thing"), ordering="subject_code", empty_value="-")
    def about(self, job: Job) -> SafeString | None:
        return format_html('<span class="pp-code">{}</span>', job.subject_code) if job.subject_code else None

    @admin.display(description=_("how far"))
    def how_far(self, job: Job) -> str:
        return "–" if job.percent is None else f"{job.percent} %"

    @admin.display(description=_("state"), ordering="state")
    def look(self, job: Job) -> SafeString:
        look, label = LOOKS[JobState(job.state)], job.get_state_display()
        return format_html('<span class="pp-badge pp-badge-{}">{}</span>', look, label)

    @admin.display(description=_("started by"), ordering="actor")
    def who(self, job: Job) -> str:
        return str(job.actor) if job.actor else str(_("the portal"))

    def get_urls(self) -> list[URLPattern]:
        views = (
            ("<int:pk>/progress/", self.progress_view, "progress"),
            ("<int:pk>/file/<int:file>/", self.file_view, "file"),
            ("<int:pk>/<str:step>/now/", self.step_view, "step"),
        )
        own = [
            path(to, self.admin_site.admin_view(view), name=f"core_job_{name}") for to, view, name in views
        ]
        return [*own, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        job = self.get_object(request, object_id or "")
        if job is None:
            raise Http404
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "title": job.label, "opts": self.opts, "job": job}
        return TemplateResponse(request, "admin/portal/job.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The fragment that pages ask for every two seconds."""
        job = self._job(request, pk)
        answer = HttpResponse(
            render_to_string("admin/portal/job_progress.html", {"job": job, "fragment": True}, request)
        )
        answer["X-Job-State"] = job.state
        answer["Cache-Control"] = "no-store"
        return answer

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        if request.method != "POST":
            raise PermissionDenied
        if step not in STEPS:
            raise Http404
        try:
            STEPS[step](job=self._job(request, pk), actor=request.user)  # type: ignore[arg-type]
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("admin:core_job_change", args=[pk]))

    def file_view(self, request: HttpRequest, pk: int, file: int) -> StreamingHttpResponse:
        """An output to take away; who took it is noted first."""
        job = self._job(request, pk)
        kind = kind_named(job.kind)
        if kind is None or (kind.permission and not request.user.has_perm(kind.permission)):
            raise PermissionDenied
        found = get_object_or_404(JobFile, pk=file, job=job, is_output=True)
        with transaction.atomic():
            after = {"file": found.name, "size": found.size}
            record(action="job.download", subject=job, actor=request.user, after=after)  # type: ignore[arg-type]
        answer = StreamingHttpResponse(files.pieces(found), content_type=found.content_type)
        answer["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
        answer["Content-Length"] = str(found.size)
        answer["Cache-Control"] = "no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    def _job(self, request: HttpRequest, pk: int) -> Job:
        """Somebody else's job is not there for those who may not see it."""
        return get_object_or_404(self.get_queryset(request).select_related("actor"), pk=pk)
