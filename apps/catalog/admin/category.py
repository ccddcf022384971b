"""The category tree, indented; moving a category moves all below it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.catalog.admin.base import CatalogAdmin, tell_asked
from apps.catalog.admin.counts import WithSkuCount
from apps.catalog.admin.forms import CategoryForm
from apps.catalog.admin.sku import excluded_words
from apps.catalog.models import Category
from apps.catalog.services import save_category
from apps.catalog.services.protection import PERMISSION

INDENT = "\N{IDEOGRAPHIC SPACE}"  # wide in every font, and HTML does not fold it


@admin.register(Category)
class CategoryAdmin(WithSkuCount, CatalogAdmin):
    sku_relation = "category"
    list_display = ("indented", "code", "excluded", "sku_count")
    search_fields = ("code", "name")
    ordering = ("path",)
    list_per_page = 200

    form = CategoryForm
    autocomplete_fields = ("parent",)
    readonly_fields = ("excluded",)
    fields = ("code", "name", "parent", "excluded_from", "excluded")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if obj is None or request.user.has_perm(PERMISSION) else [*fixed, "excluded_from"]

    @admin.display(description=_("category"), ordering="path")
    def indented(self, category: Category) -> str:
        return INDENT * category.depth + str(category)

    @admin.display(description=_("excluded in effect from"), empty_value="-")
    def excluded(self, category: Category) -> str | None:
        return excluded_words(category.excluded_all)

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        tell_asked(request, save_category(entry=obj, actor=signed_in(request)))
