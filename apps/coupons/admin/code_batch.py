"""The pages of a batch of codes: its form, how far it is and where the codes went, its steps, the download."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.accounts.scope import visible
from apps.core.csv_export import csv_response
from apps.core.errors import DomainError
from apps.coupons.admin.code_doings import DOINGS, View, view_of
from apps.coupons.admin.code_list import LOOKS, CodeBatchList
from apps.coupons.admin.code_look_up import CodeLookUp
from apps.coupons.admin.code_numbers import coupons_of, progress_of, where_they_went
from apps.coupons.admin.code_words import lines_of, sentence_of
from apps.coupons.forms.code_batch import CodeBatchForm
from apps.coupons.models import CodeBatch
from apps.coupons.services.codes import exporting, steps
from apps.coupons.services.codes.drafting import draft_batch, edit_batch
from apps.coupons.services.codes.steps import Step, allows
from apps.offers.admin import picking
from apps.offers.admin.codes import new_code

LATEST = 20


@admin.register(CodeBatch)
class CodeBatchAdmin(CodeLookUp, CodeBatchList):
    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "coupons_codebatch"
        return [
            path("pick/<slug:source>/", view(self.pick_view), name=f"{name}_pick"),
            path("<int:pk>/edit/", view(self.edit_view), name=f"{name}_edit"),
            path("<int:pk>/do/<slug:code>/", view(self.do_view), name=f"{name}_do"),
            path("<int:pk>/download/", view(self.download_view), name=f"{name}_download"),
            path("<int:pk>/progress/", view(self.progress_view), name=f"{name}_progress"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._write(request, None)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self._seen(request, pk)
        if not may_edit(request, batch):
            raise PermissionDenied
        return self._write(request, batch)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if not (object_id or "").isdecimal():
            raise Http404
        batch = self._seen(request, int(object_id or 0))
        if request.method != "GET":
            raise PermissionDenied
        view = view_of(batch, signed_in(request))
        context = {
            **self._context(request, batch.name),
            "batch": batch,
            "look": LOOKS.get(batch.state, "plain"),
            "sentence": sentence_of(batch),
            "lines": lines_of(batch),
            "progress": progress_of(batch),
            "buttons": [(doing, url_of(batch, "do", doing.code)) for doing in DOINGS if doing.offered(view)],
            "may_edit": may_edit(request, batch),
            "waiting": view.requests,
            "view": view,
            "repeatable_until": exporting.repeatable_until(batch),
            "went": where_they_went(batch),
            "latest": coupons_of(batch)[:LATEST],
        }
        return TemplateResponse(request, "admin/portal/code_batch.html", context)

    def do_view(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """Ask, and on POST do it; a refusal of the service is told on the page."""
        batch = self._seen(request, pk)
        doing = next((one for one in DOINGS if one.code == code), None)
        if doing is None:
            raise Http404
        view = view_of(batch, signed_in(request))
        if not doing.offered(view):
            if request.method == "POST":
                raise PermissionDenied
            messages.error(request, _("This cannot be done now, or not by you."))
            return HttpResponseRedirect(url_of(batch))
        form = doing.ask(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._run(request, doing, view, form):
            return HttpResponseRedirect(url_of(batch))
        context = {
            **self._context(request, doing.label),
            "thing": batch,
            "doing": doing,
            "form": form,
            "sentence": sentence_of(batch),
            "back": url_of(batch),
        }
        return TemplateResponse(request, "admin/portal/confirm.html", context)

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The codes as CSV, streamed while they are derived; POST only, for each download is an act of its own."""
        batch = self._seen(request, pk)
        if request.method != "POST":
            raise PermissionDenied
        try:
            export = exporting.take_export(batch=batch, actor=signed_in(request))
        except PermissionDenied:
            raise
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(url_of(batch))
        header = [str(title) for title in export.header]
        return csv_response(f"{batch.code}.csv", header, export.rows())

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        batch = self._seen(request, pk)
        return JsonResponse({"state": batch.state, **progress_of(batch)})

    def pick_view(self, request: HttpRequest, source: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picking.pick(request, source)

    def _seen(self, request: HttpRequest, pk: int) -> CodeBatch:
        rows = visible(request.user, CodeBatch.objects.select_related("owner"))
        batch = rows.filter(pk=pk).first()
        if batch is None:
            raise Http404
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        return batch

    def _write(self, request: HttpRequest, batch: CodeBatch | None) -> HttpResponse:
        """The form of a new batch or of a draft."""
        form = CodeBatchForm(request.POST if request.method == "POST" else None, batch=batch)
        if request.method == "POST" and form.is_valid():
            saved = self._saved(request, form, batch)
            if saved is not None:
                return HttpResponseRedirect(url_of(saved))
        context = {
            **self._context(request, batch.name if batch else _("New batch of codes")),
            "form": form,
            "back": url_of(batch) if batch else reverse("admin:coupons_codebatch_changelist"),
            "pick_url": reverse("admin:coupons_codebatch_pick", args=["SOURCE"]),
        }
        return TemplateResponse(request, "admin/portal/code_batch_form.html", context)

    def _saved(self, request: HttpRequest, form: CodeBatchForm, batch: CodeBatch | None) -> CodeBatch | None:
        actor = signed_in(request)
        try:
            if batch is None:
                saved = draft_batch(code=new_code("codes"), wish=form.wish(), actor=actor)
            else:
                saved = edit_batch(batch=batch, wish=form.wish(), actor=actor)
        except PermissionDenied:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return None
        messages.success(request, _("Saved as a draft."))
        return saved

    def _run(self, request: HttpRequest, doing: Any, view: View, form: forms.Form) -> bool:
        answers = dict(form.cleaned_data)
        try:
            said = doing.run(view.batch, view.user, answers.pop("reason", ""), answers)
        except PermissionDenied:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return False
        messages.success(request, said or doing.done)
        return True

    def _context(self, request: HttpRequest, title: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}


def url_of(batch: CodeBatch, *more: str) -> str:
    return reverse(f"admin:coupons_codebatch_{more[0] if more else 'change'}", args=[batch.pk, *more[1:]])


def may_edit(request: HttpRequest, batch: CodeBatch) -> bool:
    """A draft belongs to who wrote it."""
    theirs = batch.owner_id == request.user.pk
    return theirs and allows(batch, Step.EDIT) and request.user.has_perm(steps.CHANGE)
