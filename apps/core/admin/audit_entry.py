"""Who changed what, when and why; read only, newest first."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter

from apps.core.admin.audit_words import action_in_words, thing_in_words
from apps.core.models import AuditEntry
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "what", "subject", "reason", "sealed")
    list_filter = (("actor", FieldTextFilter), ("action", FieldTextFilter), ("at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("subject_code", "actor", "action", "reason", "request_id")
    ordering = ("-id",)
    show_full_result_count = False
    list_per_page = 50

    fields = (
        "at", "actor", "action", "subject", "reason", "before_text", "after_text", "request_id", "seal_text",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).select_related("seal")

    @admin.display(description=_("action"), ordering="action")
    def what(self, entry: AuditEntry) -> Any:
        return action_in_words(entry.action)

    @admin.display(description=_("thing"), ordering="subject_code")
    def subject(self, entry: AuditEntry) -> SafeString:
        kind = thing_in_words(entry.subject_type)
        return format_html('{} <span class="pp-code">{}</span>', kind, entry.subject_code)

    @admin.display(description=_("who"), ordering="actor")
    def who(self, entry: AuditEntry) -> SafeString:
        return format_html('<span class="pp-code">{}</span>', entry.actor)

    @admin.display(description=_("sealed"), boolean=True)
    def sealed(self, entry: AuditEntry) -> bool:
        return hasattr(entry, "seal")

    @admin.display(description=_("seal"))
    def seal_text(self, entry: AuditEntry) -> str:
        return str(entry.seal) if hasattr(entry, "seal") else "-"

    @admin.display(description=_("before"))
    def before_text(self, entry: AuditEntry) -> SafeString:
        return as_text(entry.before)

    @admin.display(description=_("after"))
    def after_text(self, entry: AuditEntry) -> SafeString:
        return as_text(entry.after)


def as_text(value: object) -> SafeString:
    """JSON as people can read it."""
    if value is None:
        return SafeString("-")
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<pre class="whitespace-pre-wrap break-all text-xs">{}</pre>', text)
