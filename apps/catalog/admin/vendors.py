"""Shops and brands."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.current import signed_in
from apps.catalog.admin.base import CatalogAdmin
from apps.catalog.admin.counts import WithSkuCount
from apps.catalog.models import Brand, Shop
from apps.catalog.services import save_vendor


class VendorAdmin(WithSkuCount, CatalogAdmin):
    list_display = ("code", "name", "sku_count")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = ("code", "name")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_vendor(entry=obj, actor=signed_in(request))


@admin.register(Shop)
class ShopAdmin(VendorAdmin):
    sku_relation = "shop"


@admin.register(Brand)
class BrandAdmin(VendorAdmin):
    sku_relation = "brand"
