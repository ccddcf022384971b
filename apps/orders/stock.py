"""How much of an offer is sold, held by unpaid orders and left, over the span that counts now: sums of its counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.orders.exhaustion import skus_of
from apps.orders.spans import day_key, spans_of
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED, Usage

TAKEN = """
SELECT offer, sku, span, sum(held)::bigint, sum(used)::bigint FROM orders_counter
WHERE offer = ANY(%s) AND measure = 'units' AND span = ANY(%s) GROUP BY offer, sku, span
"""
Taken = Mapping[tuple[str, str, str], tuple[int, int]]  # (offer, SKU or "", span) -> held, sold
NOTHING = (0, 0)


@dataclass(frozen=True, slots=True)
class Level:
    """Of the whole (no `sku`) or of one SKU: `total` is what there is, `held` waits for payment."""

    sku: str
    total: int
    sold: int = 0
    held: int = 0
    stopped: bool = False

    @property
    def left(self) -> int:
        return 0 if self.stopped else max(self.total - self.sold - self.held, 0)

    @property
    def sold_percent(self) -> str:
        return self._percent(self.sold)

    @property
    def held_percent(self) -> str:
        return self._percent(self.held)

    def _percent(self, part: int) -> str:
        """How long a bar of that many units is, as a style sheet wants it."""
        return f"{100 * part / self.total if self.total else 0:.2f}"


@dataclass(frozen=True, slots=True)
class Stock:
    """`whole` None: no limit over all. `bounded`: the SKUs with a stock are all that is in scope."""

    whole: Level | None = None
    by_sku: tuple[Level, ...] = ()
    bounded: bool = False

    @property
    def left(self) -> int | None:
        """Units at the promotion price that are left in all; None is no limit."""
        of_skus = sum(level.left for level in self.by_sku) if self.bounded else None
        if self.whole is None:
            return of_skus
        return self.whole.left if of_skus is None else min(self.whole.left, of_skus)

    @property
    def held(self) -> int:
        """Units that unpaid orders hold and that may come back."""
        if self.whole is not None:
            return self.whole.held
        return sum(level.held for level in self.by_sku)

    @property
    def sold(self) -> int:
        if self.whole is not None:
            return self.whole.sold
        return sum(level.sold for level in self.by_sku)


NO_LIMIT = Stock()


def stocks_of(offers: Iterable[Offer], usages: Mapping[str, Usage], now: datetime) -> dict[str, Stock]:
    """The stock of each offer at `now`; one statement, none where nothing is limited."""
    limited = {offer.code: offer for offer in offers if _is_limited(offer, usages.get(offer.code, UNUSED))}
    if not limited:
        return {}
    day = day_key(now)
    spans = {code: spans_of(offer, now, day).stock for code, offer in limited.items()}
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [list(limited), list(set(spans.values()))])
        taken = {(offer, sku, span): (held, sold) for offer, sku, span, held, sold in cursor.fetchall()}
    return {
        code: _stock(offer, usages.get(code, UNUSED), spans[code], taken) for code, offer in limited.items()
    }


def _is_limited(offer: Offer, usage: Usage) -> bool:
    stock = offer.stock
    return (
        stock.total is not None
        or bool(stock.per_sku)
        or usage.stock_total is not None
        or bool(usage.stock_per_sku)
    )


def _stock(offer: Offer, usage: Usage, span: str, taken: Taken) -> Stock:
    total = offer.stock.total if usage.stock_total is None else usage.stock_total
    per_sku = {**offer.stock.per_sku, **usage.stock_per_sku}

    def level(sku: str, total: int) -> Level:
        held, sold = taken.get((offer.code, sku, span), NOTHING)
        return Level(sku, total, sold, held, sku in usage.stopped_skus)

    scope = skus_of(offer) if offer.layer is Layer.ITEM else None  # elsewhere the stock is that of gifts
    return Stock(
        None if total is None else level("", total),
        tuple(level(sku, units) for sku, units in per_sku.items()),
        bool(per_sku) and scope is not None and scope <= per_sku.keys(),
    )
