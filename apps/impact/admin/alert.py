"""Alerts: what is open first; on its page the goods with the offers that do it, and the form that closes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.accounts.current import signed_in
from apps.accounts.scope import visible
from apps.core.errors import DomainError
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList
from apps.impact.admin.showing import goods_of, told
from apps.impact.lifecycle import AlertState, Severity
from apps.impact.models.alerts import CAUSE_LABELS, Alert, AlertGood, choices
from apps.impact.patrol import closing, walking
from apps.impact.patrol.board import board_view
from apps.impact.starts.views import starts_view

LOOKS = {Severity.CRITICAL.value: "danger", Severity.HIGH.value: "warning"}
LONGEST_NOTE = 2_000


class CloseForm(forms.Form):
    use_required_attribute = False

    cause = forms.ChoiceField(label=_("Cause"), choices=choices(CAUSE_LABELS), widget=UnfoldAdminSelectWidget)
    note = forms.CharField(
        label=_("What was done, or why it is meant"),
        max_length=LONGEST_NOTE,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data=data, label_suffix="")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("title", "look", "goods_count", "times", "raised_at", "seen_at")
    list_display_links = ("title",)
    list_filter = ("severity", "kind")
    search_fields = ("goods__sku", "offers")
    search_help_text = _("SKU or offer")
    list_before_template = "admin/impact/alerts_above.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("severity", "-id")
    tabs = (("", _("To be closed")), ("closed", _("Closed")))

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        return queryset.filter(state=AlertState.CLOSED if name == "closed" else AlertState.OPEN)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("rows/", view(board_view), name="impact_alert_rows"),
            path("patrol/", view(self._patrol), name="impact_patrol"),
            path("starts/", view(self._starts), name="impact_starts"),
            *super().get_urls(),
        ]

    @admin.display(description=_("alert"))
    def title(self, alert: Alert) -> str:
        return told(alert)

    @admin.display(description=_("severity"), ordering="severity")
    def look(self, alert: Alert) -> SafeString:
        return format_html(
            '<span class="pp-badge pp-badge-{}">{}</span>',
            LOOKS.get(alert.severity, "info"),
            alert.get_severity_display(),
        )

    @admin.display(description="SKU")
    def goods_count(self, alert: Alert) -> int:
        return alert.n_goods or 0  # type: ignore[attr-defined]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """With the number of its goods; a search joins them as well, so they are counted beside it."""
        theirs = visible(request.user, AlertGood.objects.filter(alert=OuterRef("pk"))).order_by()
        counted = theirs.values("alert").annotate(n=Count("pk")).values("n")
        return super().get_queryset(request).annotate(n_goods=Subquery(counted))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = str(object_id)
        known = self.get_queryset(request).filter(pk=int(number)) if number.isdecimal() else None
        alert = known.first() if known is not None else None
        if alert is None:
            raise Http404
        may_close = alert.is_open and request.user.has_perm(closing.CLOSE)
        form = CloseForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._close(request, alert, form):
            return HttpResponseRedirect(reverse("admin:impact_alert_changelist"))
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": alert.get_kind_display(),
            "alert": alert,
            "told": told(alert),
            "look": LOOKS.get(alert.severity, "info"),
            "goods": goods_of(alert, request.user),
            "form": form if may_close else None,
            "back": reverse("admin:impact_alert_changelist"),
        }
        return TemplateResponse(request, "admin/impact/alert.html", page)

    def _close(self, request: HttpRequest, alert: Alert, form: CloseForm) -> bool:
        said = form.cleaned_data
        try:
            closing.close_alert(alert=alert, cause=said["cause"], note=said["note"], actor=signed_in(request))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return False
        messages.success(request, _("Closed."))
        return True

    def _patrol(self, request: HttpRequest) -> HttpResponse:
        """Start the whole patrol; its progress has a page of its own."""
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:impact_alert_changelist"))
        job = walking.patrol_now(actor=signed_in(request))
        return HttpResponseRedirect(reverse("admin:core_job_change", args=[job.pk]))

    def _starts(self, request: HttpRequest) -> HttpResponse:
        return starts_view(self.admin_site, request)
