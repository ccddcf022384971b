"""Template filters of the reports: shares, means and names as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from apps.offers.documents.bearers import BRAND, PLATFORM, SHOP
from apps.orders.models.order import STATE_LABELS
from apps.pricing.money import format_money, format_percent
from apps.reporting.reports.telling import points as in_points

register = template.Library()


@register.filter
def percent(bps: int | None) -> str:
    if bps is None:
        return "–"
    return f"−{format_percent(-bps)}" if bps < 0 else format_percent(bps)


@register.filter
def share(part: float) -> str:
    return f"{part * 100:.1f}%"


@register.filter
def points(part: float) -> str:
    return _("%(points)s points") % {"points": in_points(part)}


@register.filter
def mean(amount: float, currency: str) -> str:
    return "∞" if math.isinf(amount) else format_money(round(amount), currency)


@register.filter
def less(amount: int, other: int) -> int:
    return amount - other


@register.filter
def bearer(party: str, brands: Mapping[str, str] | str = "") -> str:
    """Who bears a discount, a brand by its name where `brands` has one; nobody named is the one whose offer it is."""
    if party.startswith(BRAND):
        code = party.removeprefix(BRAND)
        return _("brand %(code)s") % {"code": brands.get(code, code) if isinstance(brands, Mapping) else code}
    return {PLATFORM: _("platform"), SHOP: _("shop"), "": _("not said")}.get(party, party)


@register.filter
def placed(code: str, names: Mapping[str, str]) -> str:
    """A placement by its name, where it has one."""
    return names.get(code, code) if code else _("not told")


@register.filter
def order_state(state: str) -> Any:
    return STATE_LABELS.get(state, state)


@register.filter
def named(code: str, names: Mapping[str, Any]) -> Any:
    """A word of the database as people know it."""
    return names.get(code, code)


@register.filter
def of(parts: Mapping[str, Any], code: str) -> Any:
    """What a table has for a code, if anything."""
    return parts.get(code)
