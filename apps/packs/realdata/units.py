"""What a register line means as a cart line: how many units at which shelf price."""

from enum import StrEnum
from typing import NamedTuple

from apps.pricing.money import half_up

from .rows import Sale

#: A cart line takes no more (storefront API, limits).
MAX_QUANTITY = 9_999
#: Products of these types are sold by measure: their quantity counts thousandths of a gallon, not pieces.
MEASURED_TYPES = frozenset({"GASOLINE-REG UNLEADED"})


class Reading(StrEnum):
    """Why a line's quantity was taken as it was; each is counted in the command's summary."""

    PIECES = "pieces"
    NO_UNITS = "no units"
    MEASURED = "sold by measure"
    TOO_MANY = "too many units"


class Units(NamedTuple):
    quantity: int
    unit_price: int
    reading: Reading


def read_units(sale: Sale, *, measured: bool) -> Units:
    """Pieces at the shelf price, rounded half up; what is no number of pieces is one unit at its total.

    Lines without units are mostly the register's trace of a coupon, with nothing to pay: they stay in the
    basket, so that no line and no basket is lost.
    """
    gross = sale.gross_amount
    if measured:
        return Units(1, gross, Reading.MEASURED)
    if sale.quantity < 1:
        return Units(1, gross, Reading.NO_UNITS)
    if sale.quantity > MAX_QUANTITY:
        return Units(1, gross, Reading.TOO_MANY)
    return Units(sale.quantity, half_up(gross, sale.quantity), Reading.PIECES)
