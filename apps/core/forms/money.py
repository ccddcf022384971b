"""Amounts: people type ¥100.00, 1,000 or 12万, the field gives integer minor units."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core import currency as portal_currency
from apps.core.forms.typed_text import TypedTextField
from apps.pricing.money import exponent_of

MAX_AMOUNT = 10**12
SIGNS = re.compile(r"(?:^(?:¥|CNY|RMB|\$|€|£)\s*)|(?:\s*(?:元|圆)$)")
NUMBER = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<wan>万)?", re.ASCII)


def parse_money(text: str, exponent: int) -> int:
    """Minor units of a normalised text; raises ValidationError."""
    match = NUMBER.fullmatch(SIGNS.sub("", text))
    if match is None:
        raise ValidationError(_("Enter an amount such as 100 or 1,000.50."), code="invalid")
    part = match["part"] or ""
    digits = exponent + 4 if match["wan"] else exponent
    if len(part) > digits:
        raise ValidationError(
            _("At most %(digits)s digits after the point."), code="too_fine", params={"digits": digits}
        )
    whole = match["whole"].replace(",", "")
    amount = int(whole + part.ljust(digits, "0")) if len(whole) <= 15 else MAX_AMOUNT + 1
    if amount > MAX_AMOUNT:
        raise ValidationError(_("This amount is too large."), code="too_large")
    return amount


def write_money(amount: int, exponent: int) -> str:
    """100.00 for 10000: the form in which an amount stands in its input."""
    whole, part = divmod(amount, 10**exponent)
    return f"{whole}.{part:0{exponent}d}" if exponent else str(whole)


class MoneyField(TypedTextField):
    """An amount in the portal's currency, never negative; `min_amount` in minor units."""

    input_attributes = {"autocomplete": "off", "inputmode": "decimal"}

    def __init__(self, *, currency: str | None = None, min_amount: int = 0, **options: Any) -> None:
        self.currency = currency
        self.min_amount = min_amount
        super().__init__(**options)

    @property
    def exponent(self) -> int:
        """Asked when a text is read or written: forms are declared before anybody knows the portal."""
        return exponent_of(self.currency or portal_currency.current())

    def read(self, text: str) -> int:
        return parse_money(text, self.exponent)

    def write(self, value: int) -> str:
        return write_money(value, self.exponent)

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is not None and value < self.min_amount:
            raise ValidationError(
                _("At least %(amount)s."),
                code="too_small",
                params={"amount": write_money(self.min_amount, self.exponent)},
            )
