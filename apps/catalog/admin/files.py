"""SKUs in and out by file: upload, every fault and what would change, then apply; export beside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from apps.accounts.current import signed_in
from apps.catalog.files import applying, exporting, reading
from apps.catalog.files.columns import LABELS
from apps.core.errors import DomainError
from apps.core.jobs import Job


class FileForm(forms.Form):
    file = forms.FileField(label=_("CSV or XLSX file"), widget=UnfoldAdminFileFieldWidget)


class SkuFiles:
    """For the admin of SKUs: three pages and the way to them."""

    admin_site: Any
    opts: Any
    actions_list = ("open_files",)

    def get_urls(self) -> list[URLPattern]:
        views = (
            ("files/", self.files_view, "catalog_sku_files"),
            ("files/<int:pk>/", self.file_view, "catalog_sku_file"),
            ("files/<int:pk>/apply/", self.apply_view, "catalog_sku_file_apply"),
            ("files/export/<str:as_format>/", self.export_view, "catalog_sku_export"),
        )
        own = [path(to, self.admin_site.admin_view(view), name=name) for to, view, name in views]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    @action(description=_("Import and export"), url_path="to-files", icon="swap_vert")
    def open_files(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:catalog_sku_files"))

    def files_view(self, request: HttpRequest) -> HttpResponse:
        """Upload a file, or take one away."""
        _require(request, exporting.VIEW)
        may_write = all(request.user.has_perm(name) for name in reading.NEEDED)
        if request.method == "POST" and not may_write:
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            job = reading.start_reading(stream=form.cleaned_data["file"], actor=signed_in(request))
            return HttpResponseRedirect(reverse("admin:catalog_sku_file", args=[job.pk]))
        kinds = (reading.KIND, applying.KIND, exporting.KIND)
        mine = Job.objects.filter(kind__in=kinds, actor=request.user.pk).order_by("-id")[:10]
        more = {
            "form": form,
            "may_write": may_write,
            "columns": list(LABELS.values()),
            "mine": mine,
            "formats": exporting.FORMATS,
        }
        return self._page(request, "catalog/files.html", _("Import and export SKUs"), more)

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a file would change and what is wrong in it."""
        _require(request, exporting.VIEW)
        job = get_object_or_404(Job, pk=pk, kind=reading.KIND, actor=request.user.pk)
        applied = Job.objects.filter(pk=job.result.get("applied_by")).first()
        more = {
            "job": job,
            "applied": applied,
            "numbers": _numbers(job),
            "faults": reading.faults_shown(job),
            "may_apply": applied is None and bool(job.result.get("new") or job.result.get("changed")),
        }
        return self._page(request, "catalog/file.html", _("What the file would change"), more)

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            raise PermissionDenied
        job = get_object_or_404(Job, pk=pk, kind=reading.KIND, actor=request.user.pk)
        try:
            applying.start_applying(
                reading=job, actor=signed_in(request), reason=request.POST.get("reason", "")[:500].strip()
            )
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("admin:catalog_sku_file", args=[pk]))

    def export_view(self, request: HttpRequest, as_format: str) -> HttpResponse:
        if request.method != "POST" or as_format not in exporting.FORMATS:
            raise PermissionDenied
        job = exporting.start_export(as_format=as_format, actor=signed_in(request))
        return HttpResponseRedirect(reverse("admin:core_job_change", args=[job.pk]))

    def _page(self, request: HttpRequest, template: str, title: Any, more: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **more}
        return TemplateResponse(request, template, context)


def _numbers(job: Job) -> list[tuple[Any, int]]:
    """Once it is read: what it would do, in numbers."""
    if "new" not in job.result:
        return []
    labels = {
        "new": _("New"),
        "changed": _("Changed"),
        "prices": _("Other prices"),
        "same": _("Unchanged"),
        "faulty_rows": _("Faulty rows"),
        "absent": _("Not in the file"),
    }
    return [(label, job.result[name]) for name, label in labels.items()]


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
