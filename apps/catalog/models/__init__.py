from apps.catalog.models.portal import Portal, Selection
from apps.catalog.models.sku import ExcludedFrom, Sku
from apps.catalog.models.tree import Category
from apps.catalog.models.vendors import Brand, Shop

__all__ = ["Brand", "Category", "ExcludedFrom", "Portal", "Selection", "Shop", "Sku"]
