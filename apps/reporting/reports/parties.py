"""Brands that bear discounts, by the names that people know them by."""

from __future__ import annotations

from collections.abc import Iterable

from apps.catalog.models import Brand
from apps.offers.documents.bearers import BRAND


def brand_names(parties: Iterable[str]) -> dict[str, str]:
    """Names by code of the brands among these parties; the platform and shops ask nothing of the database."""
    codes = {party.removeprefix(BRAND) for party in parties if party.startswith(BRAND)}
    if not codes:
        return {}
    return {
        code: name for code, name in Brand.objects.filter(code__in=codes).values_list("code", "name") if name
    }
