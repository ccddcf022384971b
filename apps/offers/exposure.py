"""The most that an activity can cost: each thing that bounds it in money, of which the tightest counts. Pure.

Gifts, coupons and points that it gives are not in it: coupons cost what their own templates may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.pricing.kinds import Kind, kind_from_json
from apps.pricing.kinds.item import ItemKind
from apps.pricing.offer import Span

Json = Mapping[str, Any]
#: SKUs that it reaches with their list prices
Goods = Iterable[tuple[str, int]]


class BoundBy(StrEnum):
    BUDGET = "budget"
    STOCK = "stock"
    SKU_STOCK = "sku_stock"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Bound:
    """`count` units or orders that cost at most `each`; a budget has neither."""

    by: BoundBy
    amount: int
    count: int | None = None
    each: int | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    bounds: tuple[Bound, ...]

    @property
    def amount(self) -> int | None:
        """In minor units; None where nothing bounds it."""
        return min((bound.amount for bound in self.bounds), default=None)


def exposure_of(content: Json, goods: Goods) -> Exposure:
    """Of a canonical, faultless activity. `goods`: all that its parameters name, else the dearest that it reaches."""
    kind = kind_from_json(content["kind"], dict(content["params"]))
    return Exposure(tuple(_bounds(content, kind, dict(goods))))


def _bounds(content: Json, kind: Kind, prices: Mapping[str, int]) -> Iterator[Bound]:
    budget, stock, limits = content["budget"]["amount"], content["stock"], content["limits"]
    if budget is not None:
        yield Bound(BoundBy.BUDGET, budget)
    if isinstance(kind, ItemKind) and stock["per"] == Span.ACTIVITY and prices:
        off = {sku: _off(kind, sku, price) for sku, price in prices.items()}
        if stock["total"] is not None:
            each = max(off.values())
            yield Bound(BoundBy.STOCK, stock["total"] * each, stock["total"], each)
        only = kind.only_skus()
        if only and only <= stock["per_sku"].keys():
            units = {sku: stock["per_sku"][sku] for sku in only}
            amount = sum(count * off.get(sku, 0) for sku, count in units.items())
            yield Bound(BoundBy.SKU_STOCK, amount, sum(units.values()))
    orders, worst = limits["total_orders"], kind.worst_amount()
    if orders is not None and worst is not None and limits["per"] == Span.ACTIVITY:
        yield Bound(BoundBy.ORDERS, orders * worst, orders, worst)


def _off(kind: ItemKind, sku: str, price: int) -> int:
    """What one unit can lose: never more than its price."""
    reduced = kind.reduced(price, sku)
    return 0 if reduced is None else max(price - max(reduced, 0), 0)
