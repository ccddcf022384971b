"""The catalogue in the admin."""

from apps.approvals.admin import presenters
from apps.catalog.admin.category import CategoryAdmin
from apps.catalog.admin.portal import PortalAdmin
from apps.catalog.admin.protection import ProtectionPresenter
from apps.catalog.admin.sku import SkuAdmin
from apps.catalog.admin.vendors import BrandAdmin, ShopAdmin
from apps.catalog.models import Category, Sku

__all__ = ["BrandAdmin", "CategoryAdmin", "PortalAdmin", "ShopAdmin", "SkuAdmin"]

presenters.register("sku", ProtectionPresenter(Sku, "sku"))
presenters.register("category", ProtectionPresenter(Category, "category"))
