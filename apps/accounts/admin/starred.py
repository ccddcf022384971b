"""Stars in a list: a column of them, and a tab with what has one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.accounts.favourites import starred_by


class Starred:
    """For a ModelAdmin with tabs; name `star` first in `list_display`."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        return rows.annotate(starred=starred_by(request.user, rows.model))

    @display(description="★")
    def star(self, row: Any) -> SafeString:
        pressed = "true" if row.starred else "false"
        return format_html(
            '<button type="button" class="pp-star" data-key="{}" aria-pressed="{}"></button>', row.pk, pressed
        )
