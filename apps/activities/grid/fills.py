"""Many prices at once: a discount or an amount off the original price, and endings that people like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from apps.activities.grid.goods import Good
from apps.activities.grid.reading import Typed
from apps.core.currency import current
from apps.core.errors import DomainError
from apps.core.forms import DiscountField, MoneyField
from apps.pricing.money import exponent_of, share_of

#: from the original price and the price typed so far to the new one; None leaves the row as it is
Fill = Callable[[int, int | None], int | None]


class Rule(StrEnum):
    DISCOUNT = "discount"
    MINUS = "minus"
    NINE = "nine"
    POINT_NINE = "point_nine"
    POINT_NINETY_NINE = "point_ninety_nine"


LABELS = {
    Rule.DISCOUNT: _("Original × discount"),
    Rule.MINUS: _("Original − amount"),
    Rule.NINE: _("Ending in 9"),
    Rule.POINT_NINE: _("Ending in .9"),
    Rule.POINT_NINETY_NINE: _("Ending in .99"),
}
#: (every so many, what is left over) in hundredths of the currency's unit
ENDINGS = {Rule.NINE: (1_000, 900), Rule.POINT_NINE: (100, 90), Rule.POINT_NINETY_NINE: (100, 99)}
NEEDS_VALUE = (Rule.DISCOUNT, Rule.MINUS)


def rules() -> list[Rule]:
    """Those that the currency's digits allow."""
    return [rule for rule in Rule if rule not in ENDINGS or exponent_of(current()) == 2]


def fill(rule: str, value: str) -> Fill:
    """The arithmetic of a rule; raises ValidationError with the editor's words, DomainError for no rule at all."""
    if rule not in rules():
        raise DomainError("no_rule", _("Choose how to fill."), "rule")
    chosen = Rule(rule)
    if chosen is Rule.DISCOUNT:
        bps = DiscountField().clean(value)
        return lambda usual, price: usual - share_of(usual, bps)
    if chosen is Rule.MINUS:
        off = MoneyField(min_amount=1).clean(value)
        return lambda usual, price: usual - off if off < usual else None
    every, rest = ENDINGS[chosen]
    return lambda usual, price: None if price is None else ending(price, every, rest)


def ending(price: int, every: int, rest: int) -> int | None:
    """The highest price not above `price` with this ending; None where there is none above zero."""
    lower = (price - rest) // every * every + rest
    return lower if lower > 0 else None


def filled(
    typed: Sequence[Typed], prices: Sequence[int | None], goods: Mapping[str, Good], rule: Fill
) -> tuple[list[Typed], int]:
    """The rows with their new prices, and how many were left as they were."""
    money = MoneyField()
    rows, left = [], 0
    for row, price in zip(typed, prices, strict=True):
        good = goods.get(row.sku)
        new = rule(good.price, price) if good is not None else None
        left += new is None
        rows.append(row if new is None else row._replace(price=money.write(new)))
    return rows, left
