"""The catalogue in the admin."""

from apps.catalog.admin.category import CategoryAdmin
from apps.catalog.admin.portal import PortalAdmin
from apps.catalog.admin.sku import SkuAdmin
from apps.catalog.admin.vendors import BrandAdmin, ShopAdmin

__all__ = ["BrandAdmin", "CategoryAdmin", "PortalAdmin", "ShopAdmin", "SkuAdmin"]
