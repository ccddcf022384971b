"""Reconciliations: when, how far, and every difference with what to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.current import signed_in
from apps.catalog.selectors import portal
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.reporting.models import Reconciliation
from apps.reporting.reconciliation.running import RUN, reconcile

TABLES = {
    "bearers": _("Report by bearer"),
    "trade": _("Report by offer"),
    "money": _("Money of all orders"),
    "settlement": _("Settlement"),
}


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("at", "verdict", "seal")
    change_list_template = "admin/reporting/reconciliations.html"

    @admin.display(description=_("result"))
    def verdict(self, done: Reconciliation) -> SafeString:
        count = len(done.differences)
        if not count:
            return format_html('<span class="pp-badge pp-badge-success">{}</span>', _("all equal"))
        said = ngettext("%(count)s difference", "%(count)s differences", count) % {"count": count}
        return format_html('<span class="pp-badge pp-badge-danger">{}</span>', said)

    def get_urls(self) -> list[URLPattern]:
        run = self.admin_site.admin_view(self._run)
        return [path("run/", run, name="reporting_reconciliation_run"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(
            request, {"may_run": request.user.has_perm(RUN), **(extra_context or {})}
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = int(object_id) if object_id and object_id.isascii() and object_id.isdigit() else 0
        done = Reconciliation.objects.filter(pk=number).first()
        if done is None:
            raise Http404
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Reconciliation"),
            "done": done,
            "rows": [{**row, "label": TABLES.get(row["table"], row["table"])} for row in done.differences],
            "currency": portal().currency,
            "back_url": reverse("admin:reporting_reconciliation_changelist"),
        }
        return TemplateResponse(request, "admin/reporting/reconciliation.html", page)

    def _run(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(RUN):
            raise PermissionDenied
        done = reconcile(actor=signed_in(request))
        if done.differences:
            messages.error(request, _("There are differences."))
        else:
            messages.success(request, _("Reports and settlement are what the ledger says."))
        return HttpResponseRedirect(reverse("admin:reporting_reconciliation_change", args=[done.pk]))
