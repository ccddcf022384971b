"""Discounts: people type 8折, 8.5 or 20%, the field gives basis points off."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.forms.typed_text import TypedTextField
from apps.pricing.money import BPS, format_percent, format_zhe

NUMERALS = {numeral: str(digit) for digit, numeral in enumerate("零一二三四五六七八九")}
WORDS = {"半价": 5_000, "免费": BPS}
ZHE = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})?)\s*折?", re.ASCII)
PERCENT = re.compile(r"-?(?P<number>\d{1,3}(?:\.\d{1,2})?)\s*%\s*(?:off)?", re.ASCII | re.IGNORECASE)
BPS_PER_ZHE = 1_000
BPS_PER_PERCENT = 100


def parse_discount(text: str) -> int:
    """Basis points off of a normalised text: 8折 and 20% are both 2000; raises ValidationError."""
    if text in WORDS:
        return WORDS[text]
    percent = PERCENT.fullmatch(text)
    if percent is not None:
        return _in_range(int(Decimal(percent["number"]) * BPS_PER_PERCENT))
    zhe = ZHE.fullmatch(_with_digits(text))
    if zhe is None:
        raise ValidationError(_("Enter a discount such as 8折, 8.5折 or 20%."), code="invalid")
    number = Decimal(zhe["number"])
    if number >= 10:
        raise _doubt(zhe["number"])
    return _in_range(BPS - int(number * BPS_PER_ZHE))


def _with_digits(text: str) -> str:
    """八五折 as 8.5折; anything else as it is."""
    numerals = text.removesuffix("折")
    if numerals != text and 1 <= len(numerals) <= 2 and all(sign in NUMERALS for sign in numerals):
        return ".".join(NUMERALS[sign] for sign in numerals) + "折"
    return text


def _doubt(number: str) -> ValidationError:
    """85 may be 8.5折 or 85 percent: nobody but the person who typed it knows."""
    digits = number.replace(".", "")
    if number in ("10", "100"):
        return ValidationError(_("This would be no discount at all."), code="no_discount")
    return ValidationError(
        _("Do you mean %(zhe)s? For %(number)s percent off, write %(number)s%%."),
        code="ambiguous",
        params={"zhe": f"{digits[0]}.{digits[1:]}".rstrip("0").rstrip(".") + "折", "number": number},
    )


def _in_range(bps: int) -> int:
    if bps <= 0:
        raise ValidationError(_("This would be no discount at all."), code="no_discount")
    if bps > BPS:
        raise ValidationError(_("A discount can't be over 100%."), code="over_100")
    return bps


class DiscountField(TypedTextField):
    """A share taken off the price, more than nothing and at most all of it."""

    def read(self, text: str) -> int:
        return parse_discount(text)

    def write(self, value: int) -> str:
        chinese = (get_language() or "").startswith("zh")
        return format_zhe(value) if chinese else format_percent(value)
