"""The deny list: put something on it at once, ask for its removal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.admin.dialogs import ReasonForm, go_to
from apps.accounts.current import signed_in
from apps.core.errors import DomainError
from apps.core.tabbed_list import EstimatingPaginator, TabbedChangeList
from apps.risk import services
from apps.risk.lifecycle import Mark
from apps.risk.models import DeniedMark


class DenialForm(forms.ModelForm):
    """What is typed is hashed and forgotten; only a customer's id stays readable."""

    value = forms.CharField(
        label=_("Who or which"),
        max_length=200,
        help_text=_("A customer's id, or a device or an address exactly as the storefront sends it."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = DeniedMark
        fields = ("mark", "reason")

    def save(self, commit: bool = True) -> DeniedMark:
        """The service writes it (`save_model`)."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing hangs on an entry."""


@admin.register(DeniedMark)
class DeniedMarkAdmin(ModelAdmin):
    list_display = ("mark", "shown", "reason", "added_by", "added_at", "state")
    list_display_links = ("shown",)
    list_filter = ("mark",)
    list_select_related = ("added_by",)
    search_fields = ("=shown",)
    search_help_text = _("Customer")
    list_before_template = "admin/portal/tabs.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)
    tabs = (("", _("On the list")), ("all", _("All")))

    form = DenialForm
    fields = ("mark", "shown", "reason", "added_by", "added_at", "removed_at")
    readonly_fields = ("shown", "added_by", "added_at", "removed_at")

    actions = None
    actions_detail = ("remove",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_remove_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if not request.user.has_perm("risk.remove_deniedmark"):
            return False
        return object_id is None or DeniedMark.objects.filter(pk=object_id, removed_at=None).exists()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else ("mark", "value", "reason")

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        return queryset if name == "all" else queryset.filter(removed_at=None)

    @admin.display(description=_("state"))
    def state(self, entry: DeniedMark) -> SafeString:
        look, text = ("danger", _("counts")) if entry.removed_at is None else ("plain", _("removed"))
        return format_html('<span class="pp-badge pp-badge-{}">{}</span>', look, text)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)
        except DomainError as error:
            messages.error(request, error.message)
            return go_to(request, reverse("admin:risk_deniedmark_add"))

    def save_model(self, request: HttpRequest, obj: DeniedMark, form: Any, change: bool) -> None:
        given = form.cleaned_data
        entry = services.deny(
            mark=Mark(given["mark"]), value=given["value"], actor=signed_in(request), reason=given["reason"]
        )
        obj.pk, obj.shown, obj.subject = entry.pk, entry.shown, entry.subject

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit log has it."""

    @action(
        description=_("Ask for its removal"),
        url_path="remove",
        permissions=["remove"],
        icon="playlist_remove",
        dialog={
            "title": _("Ask for its removal"),
            "description": _("Another person approves it; until then it counts."),
            "form_class": ReasonForm,
            "form_submit_text": _("Ask for its removal"),
        },
    )
    def remove(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        try:
            entry = DeniedMark.objects.get(pk=object_id)
            services.ask_removal(entry=entry, actor=signed_in(request), reason=form.cleaned_data["reason"])
            messages.success(request, _("The removal waits for approval."))
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:risk_deniedmark_change", args=[object_id]))
