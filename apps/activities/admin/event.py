"""Events (大促): a name, a window and a budget over the activities that belong to them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.accounts.current import signed_in
from apps.activities.models import Event
from apps.activities.services import save_event
from apps.core.forms import LocalDateTimeField, MoneyField


class EventForm(forms.ModelForm):
    starts_at = LocalDateTimeField(label=_("Starts"), required=False)
    ends_at = LocalDateTimeField(label=_("Ends"), required=False)
    budget_amount = MoneyField(label=_("Budget"), required=False, min_amount=1)

    class Meta:
        model = Event
        fields = ("code", "name", "starts_at", "ends_at", "budget_amount")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("must be after the start"))
        return cleaned


@admin.register(Event)
class EventAdmin(ModelAdmin):
    list_display = ("name", "code", "starts_at", "ends_at")
    search_fields = ("code", "name")

    form = EventForm

    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        save_event(
            content={
                "code": obj.code,
                "name": obj.name,
                "starts_at": obj.starts_at.isoformat() if obj.starts_at else None,
                "ends_at": obj.ends_at.isoformat() if obj.ends_at else None,
                "budget": {"amount": obj.budget_amount},
            },
            actor=signed_in(request),
        )
        obj.pk = Event.objects.values_list("pk", flat=True).get(code=obj.code)
