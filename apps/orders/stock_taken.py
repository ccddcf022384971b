"""What the SKU table of a running activity shows of its stock."""

from __future__ import annotations

from collections.abc import Mapping

from apps.activities.grid.selling import Taken
from apps.core.clock import database_now
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.orders.stock import NO_LIMIT, stocks_of


def taken_by_sku(code: str) -> Mapping[str, Taken]:
    """Of every SKU with a stock of its own; three statements, whatever their number."""
    book = KEEPER.at_least(book_version())
    offer = book.offers.offers.get(code)
    if offer is None or not offer.stock.per_sku:
        return {}
    stock = stocks_of([offer], book.usages, database_now()).get(code, NO_LIMIT)
    return {level.sku: Taken(level.sold, level.held) for level in stock.by_sku}
