"""The only writers of the catalogue."""

from apps.catalog.services.entries import save_category, save_sku, save_vendor
from apps.catalog.services.imports import CatalogOutcome, upsert_catalog
from apps.catalog.services.portal import set_portal

__all__ = ["CatalogOutcome", "save_category", "save_sku", "save_vendor", "set_portal", "upsert_catalog"]
