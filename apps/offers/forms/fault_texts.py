"""Faults as people read them: in their language, with amounts as amounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from apps.core.forms import DiscountField, MoneyField
from apps.offers.forms.fields import PercentField
from apps.pricing.faults import Fault
from apps.pricing.money import BPS

#: how the types of references are called
TYPES = {
    "sku": noop("SKU"),
    "shop": noop("shop"),
    "category": noop("category"),
    "brand": noop("brand"),
    "audience": noop("audience"),
    "template": noop("coupon template"),
    "event": noop("event"),
}


def text_of_fault(fault: Fault, field: forms.Field | None = None) -> str:
    """The fault's sentence; whole numbers in it are written as its field writes them."""
    numbers = {name: _write(name, value, field) for name, value in fault.numbers.items()}
    template = gettext(fault.template)
    return template % numbers if numbers else template


def _write(name: str, value: Any, field: forms.Field | None) -> Any:
    if name == "type":
        return gettext(TYPES.get(str(value), str(value)))
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if isinstance(field, MoneyField | DiscountField):
        return field.write(value)
    whole = name in ("whole", "total") and value <= BPS
    return PercentField().write(value) if whole and field is not None and _is_share(field) else value


def _is_share(field: forms.Field) -> bool:
    return getattr(field, "counts_share", False)
