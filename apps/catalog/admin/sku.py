"""SKUs: found among hundreds of thousands, their prices shown and typed in ¥."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from apps.accounts.current import signed_in
from apps.catalog.admin.base import CatalogAdmin, tell_asked
from apps.catalog.admin.files import SkuFiles
from apps.catalog.admin.filters import BelowCostFilter, ExclusionFilter, MinPriceFilter, SubtreeFilter
from apps.catalog.admin.forms import SkuForm
from apps.catalog.models import ExcludedFrom, Portal, Sku
from apps.catalog.models.sku import PROTECTED
from apps.catalog.services import save_sku
from apps.catalog.services.protection import PERMISSION
from apps.core.long_lists import TagFilter
from apps.pricing.money import format_money

# What stands in a form for those who only read the field.
SHOWN = {
    "price_amount": "price",
    "cost_amount": "cost",
    "floor_price_amount": "floor_price",
    "min_price_amount": "min_price",
    "excluded_from": "own_exclusions",
}


@admin.register(Sku)
class SkuAdmin(SkuFiles, CatalogAdmin):
    list_display = (
        "code", "name", "shop", "category", "brand", "price", "cost", "floor_price", "min_price", "excluded",
    )  # fmt: skip
    list_select_related = ("shop", "category", "brand")
    list_filter = (
        ("shop", AutocompleteSelectFilter),
        ("category", SubtreeFilter),
        ("brand", AutocompleteSelectFilter),
        TagFilter,
        ExclusionFilter,
        MinPriceFilter,
        BelowCostFilter,
    )
    search_fields = ("code", "name")
    empty_hint = _("First bring your goods: import them from a file, or add one by hand.")
    ordering = ("code",)

    form = SkuForm
    autocomplete_fields = ("shop", "category", "brand")
    fieldsets = (
        (None, {"fields": ("code", "name", "shop", "category", "brand", "tags")}),
        (_("Prices"), {"fields": ("price_amount", "cost_amount", "floor_price_amount", "min_price_amount")}),
        (_("Exclusions"), {"fields": ("excluded_from", "excluded")}),
    )
    readonly_fields = ("excluded", *SHOWN.values())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Amounts that this person only reads are shown as money, not as stored numbers."""
        swapped = {} if self._may_edit(request, obj) else SHOWN
        if swapped == {} and obj is not None and not request.user.has_perm(PERMISSION):
            swapped = {name: SHOWN[name] for name in PROTECTED}
        return [
            (title, {"fields": tuple(swapped.get(name, name) for name in options["fields"])})
            for title, options in self.fieldsets
        ]

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sku]:
        held = Subquery(Portal.objects.values("currency")[:1])
        return super().get_queryset(request).annotate(currency=Coalesce(held, Value(settings.CURRENCY)))

    @admin.display(description=_("price"), ordering="price_amount")
    def price(self, sku: Any) -> str:
        return format_money(sku.price_amount, sku.currency)

    @admin.display(description=_("cost"), ordering="cost_amount", empty_value="-")
    def cost(self, sku: Any) -> str | None:
        return _optional(sku.cost_amount, sku.currency)

    @admin.display(description=_("floor price"), ordering="floor_price_amount", empty_value="-")
    def floor_price(self, sku: Any) -> str | None:
        return _optional(sku.floor_price_amount, sku.currency)

    @admin.display(description=_("minimum price"), ordering="min_price_amount", empty_value="-")
    def min_price(self, sku: Any) -> str | None:
        return _optional(sku.min_price_amount, sku.currency)

    @admin.display(description=_("excluded from"), empty_value="-")
    def own_exclusions(self, sku: Sku) -> str | None:
        return excluded_words(sku.excluded_from)

    @admin.display(description=_("excluded in effect from"), empty_value="-")
    def excluded(self, sku: Sku) -> str | None:
        return excluded_words(sku.excluded_all)

    def save_model(self, request: HttpRequest, obj: Sku, form: Any, change: bool) -> None:
        tell_asked(request, save_sku(entry=obj, actor=signed_in(request)))


def excluded_words(owners: list[str]) -> str | None:
    return ", ".join(str(ExcludedFrom(owner).label) for owner in owners) or None


def _optional(amount: int | None, currency: str) -> str | None:
    return None if amount is None else format_money(amount, currency)
