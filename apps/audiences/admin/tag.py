"""Tags and their categories: what the shop's words mean, and where people find them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.accounts.current import signed_in
from apps.audiences.admin.forms import TagCategoryForm, TagForm
from apps.audiences.models import Tag, TagCategory
from apps.audiences.services.tags import save_tag


class DescribedAdmin(ModelAdmin):
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_tag(entry=obj, actor=signed_in(request))


@admin.register(Tag)
class TagAdmin(DescribedAdmin):
    list_display = ("text", "name", "category", "note", "in_use")
    list_filter = ("category", "in_use")
    list_select_related = ("category",)
    search_fields = ("text", "name", "note")
    search_help_text = _("The tag, its name or what it means.")
    form = TagForm
    fields = ("text", "name", "category", "note", "in_use")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The shop stores the text with its customers: another text is another tag."""
        return ("text",) if obj is not None else ()


@admin.register(TagCategory)
class TagCategoryAdmin(DescribedAdmin):
    list_display = ("name", "position")
    form = TagCategoryForm
    fields = ("name", "position")
