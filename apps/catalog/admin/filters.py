"""Filters of the list of SKUs."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RadioFilter

from apps.catalog.models import ExcludedFrom
from apps.catalog.models.sku import SkuQuerySet

Choices = list[tuple[str, Any]]


class SubtreeFilter(AutocompleteSelectFilter):
    """A category stands for all below it."""

    def queryset(self, request: HttpRequest, queryset: SkuQuerySet) -> QuerySet[Any]:
        code = self.value()
        return queryset.in_categories([code]) if code else queryset


class ExclusionFilter(DropdownFilter):
    title = _("excluded in effect from")
    parameter_name = "excluded"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(ExcludedFrom.choices)

    def queryset(self, request: HttpRequest, queryset: SkuQuerySet) -> QuerySet[Any]:
        owner = self.value()
        return queryset.excluded_in_effect(owner) if owner in ExcludedFrom.values else queryset


class MinPriceFilter(RadioFilter):
    title = _("minimum price")
    parameter_name = "min_price"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("With one")), ("no", _("Without"))]

    def queryset(self, request: HttpRequest, queryset: SkuQuerySet) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(min_price_amount__isnull=self.value() == "no")


class BelowCostFilter(RadioFilter):
    title = _("price and cost")
    parameter_name = "below_cost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("Price below cost"))]

    def queryset(self, request: HttpRequest, queryset: SkuQuerySet) -> QuerySet[Any]:
        return queryset.below_cost() if self.value() == "yes" else queryset
