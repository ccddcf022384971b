"""The filter by event, for the lists of everything that can belong to one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.activities.events.members import ACTIVITY
from apps.activities.events.models import Event, EventMember

NEWEST = 200


class EventFilter(DropdownFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Event.objects.order_by("-created_at", "code").values_list("code", "name")
        return [(code, name or code) for code, name in rows[:NEWEST]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self.value()
        if not code:
            return queryset
        document = queryset.model.DOCUMENT
        if document == ACTIVITY:
            return queryset.filter(event__code=code)
        joined = EventMember.objects.filter(document=document, event__code=code)
        return queryset.filter(code__in=joined.values("code"))
