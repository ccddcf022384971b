"""Money as spreadsheets add it up."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings


def money(amount: int) -> Decimal:
    """In the currency's own unit."""
    return Decimal(amount) if settings.CURRENCY == "JPY" else Decimal(amount).scaleb(-2)
