"""Money as spreadsheets add it up."""

from __future__ import annotations

from decimal import Decimal

from apps.core.currency import current
from apps.pricing.money import exponent_of


def money(amount: int) -> Decimal:
    """In the currency's own unit."""
    return Decimal(amount).scaleb(-exponent_of(current()))
