"""Every basket as a cart: its household, its lines at the shelf price of the day, the moment it was paid."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from .rows import STORE_TZ, Sale
from .units import Reading, read_units

MAX_LINES = 500
MAX_CART_UNITS = 100_000


def store_time(seconds: int) -> datetime:
    """A till's second as the time on the store's clock."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(STORE_TZ)


def by_basket(sales: Iterable[Sale]) -> Iterator[list[Sale]]:
    """The lines of one basket after the other; a basket's lines follow each other."""
    for _, lines in groupby(sales, attrgetter("basket")):
        yield list(lines)


def build_carts(
    sales: Iterable[Sale], *, measured: Container[int], known: Container[int], counts: Counter[str]
) -> Iterator[dict[str, Any]]:
    """One cart per basket, in the order of the sales; `counts` tells what had to be interpreted."""
    for basket in by_basket(sales):
        lines = [
            _line(number, sale, sale.product in measured, counts)
            for number, sale in enumerate(basket, start=1)
        ]
        counts["lines of products that the catalogue lacks"] += sum(s.product not in known for s in basket)
        counts["baskets"] += 1
        counts["baskets over the limits of a cart"] += (
            len(lines) > MAX_LINES or sum(line["quantity"] for line in lines) > MAX_CART_UNITS
        )
        counts["largest basket (lines)"] = max(counts["largest basket (lines)"], len(lines))
        yield {
            "currency": "USD",
            "customer": str(basket[0].household),
            "lines": lines,
            "coupons": "auto",
            "as_of": store_time(basket[0].at).isoformat(),
        }


def _line(number: int, sale: Sale, measured: bool, counts: Counter[str]) -> dict[str, Any]:
    quantity, unit_price, reading = read_units(sale, measured=measured)
    counts["lines"] += 1
    counts[f"lines: {reading}"] += 1
    off = quantity * unit_price - sale.gross_amount
    if off:
        counts["lines whose price per unit had to be rounded"] += 1
        counts["cents that rounding moved, in all"] += abs(off)
    if reading is Reading.NO_UNITS and unit_price:
        counts["lines without units that cost something"] += 1
    return {"line": str(number), "sku": str(sale.product), "quantity": quantity, "unit_price": unit_price}
