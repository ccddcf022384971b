"""Customers as the shop told of them: the API and packs write, people look."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import TextFilter

from apps.audiences.membership import audiences_of
from apps.audiences.models import Customer
from apps.audiences.selectors import rule_version, rules_at, stored_customer
from apps.core.long_lists import LongListMixin, TagFilter
from apps.core.readonly_admin import ReadOnlyAdmin


class LevelFilter(TextFilter):
    title = _("member level")
    parameter_name = "level"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        level = (self.value() or "").strip()
        if not level:
            return queryset
        return (
            queryset.filter(member_level=int(level))
            if level.isdecimal() and len(level) < 10
            else queryset.none()
        )


class RegionFilter(TextFilter):
    title = _("region")
    parameter_name = "region"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        region = (self.value() or "").strip()
        return queryset.filter(region=region) if region else queryset


@admin.register(Customer)
class CustomerAdmin(LongListMixin, ReadOnlyAdmin):
    list_display = ("code", "member_level", "tag_list", "region", "registered_at", "known_orders")
    list_filter = (LevelFilter, TagFilter, RegionFilter)
    search_fields = ("code__startswith",)
    change_form_before_template = "admin/coupons/customer_link.html"
    search_help_text = _("The beginning of a customer's id.")
    ordering = ("code",)

    fields = (
        "code", "member_level", "tag_list", "region", "registered_at", "known_orders", "audiences",
        "attribute_text", "updated_at",
    )  # fmt: skip

    @admin.display(description=_("tags"), empty_value="-")
    def tag_list(self, customer: Customer) -> str | None:
        return ", ".join(customer.tags) or None

    @admin.display(description=_("orders"), ordering="orders")
    def known_orders(self, customer: Customer) -> Any:
        return _("unknown") if customer.orders is None else customer.orders

    @admin.display(description=_("audiences"), empty_value="-")
    def audiences(self, customer: Customer) -> str | None:
        stored = stored_customer(customer.code)
        rules = rules_at(rule_version())
        return ", ".join(sorted(audiences_of(lists=stored.lists, rules=rules, fields=stored.fields))) or None

    @admin.display(description=_("attributes"), empty_value="-")
    def attribute_text(self, customer: Customer) -> SafeString | None:
        if not customer.attributes:
            return None
        text = json.dumps(customer.attributes, indent=2, ensure_ascii=False, sort_keys=True)
        return format_html('<pre class="whitespace-pre-wrap break-all text-xs">{}</pre>', text)
