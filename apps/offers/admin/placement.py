"""Placements: where a storefront can show something, how big it is, and what a day there costs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.catalog.selectors import portal
from apps.core.forms import MoneyField
from apps.offers.models import PlacementRecord
from apps.offers.services.placements import save_placement
from apps.pricing.money import format_money


class PlacementForm(forms.ModelForm):
    cost_per_day_amount = MoneyField(label=_("Cost per day"), required=False, min_amount=0)

    class Meta:
        model = PlacementRecord
        fields = (
            "code",
            "name_zh",
            "name_en",
            "channel",
            "size",
            "cost_per_day_amount",
            "rule",
            "is_active",
            "position",
        )


@admin.register(PlacementRecord)
class PlacementAdmin(ModelAdmin):
    list_display = ("name_and_code", "channel", "size", "cost", "is_active")
    list_filter = ("is_active", "channel")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("position", "code")

    form = PlacementForm

    actions = None

    def get_readonly_fields(
        self, request: HttpRequest, obj: PlacementRecord | None = None
    ) -> tuple[str, ...]:
        written = ("code",) if obj else ()
        return written if self.has_change_permission(request, obj) else (*written, "cost")

    def get_fields(self, request: HttpRequest, obj: PlacementRecord | None = None) -> tuple[str, ...]:
        """Who may only read reads money, not what is stored."""
        fields = self.form.Meta.fields
        if self.has_change_permission(request, obj):
            return fields
        return tuple("cost" if name == "cost_per_day_amount" else name for name in fields)

    def has_delete_permission(self, request: HttpRequest, obj: PlacementRecord | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PlacementRecord, form: Any, change: bool) -> None:
        save_placement(placement=obj, actor=signed_in(request))

    @display(description=_("placement"), ordering="position", header=True)
    def name_and_code(self, placement: PlacementRecord) -> tuple[str, str]:
        chinese = (get_language() or "zh").startswith("zh")
        return (placement.name_zh if chinese else placement.name_en) or placement.code, placement.code

    @admin.display(description=_("cost per day"), ordering="cost_per_day_amount")
    def cost(self, placement: PlacementRecord) -> str:
        amount = placement.cost_per_day_amount
        return "-" if amount is None else format_money(amount, portal().currency)
