"""Stops: what lies beside a version and takes something away from it, without touching its hash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class StopKind(StrEnum):
    SKU = "sku"
    STOCK = "stock"
    BUDGET = "budget"


class StopRecord(Protocol):
    kind: str
    sku: str
    value: int | None


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops in force together: SKUs that are out, and the lowest caps."""

    skus: frozenset[str] = frozenset()
    stock_total: int | None = None
    stock_per_sku: Mapping[str, int] = field(default_factory=dict)
    budget_amount: int | None = None

    def __bool__(self) -> bool:
        return self != NO_STOPS

    def capped(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content with its stock and budget as low as the stops say; SKUs stay, they are refused by name."""
        stock, budget = content["stock"], content["budget"]
        per_sku = dict(stock["per_sku"])
        for sku, value in self.stock_per_sku.items():
            per_sku[sku] = lowest(per_sku.get(sku), value)
        return {
            **content,
            "stock": {**stock, "total": lowest(stock["total"], self.stock_total), "per_sku": per_sku},
            "budget": {**budget, "amount": lowest(budget["amount"], self.budget_amount)},
        }


NO_STOPS = Stops()


def in_force(records: Iterable[StopRecord]) -> Stops:
    """What some records say together; several of one kind: the lowest counts."""
    skus: set[str] = set()
    per_sku: dict[str, int | None] = {}
    total: int | None = None
    budget: int | None = None
    for record in records:
        if record.kind == StopKind.SKU:
            skus.add(record.sku)
        elif record.kind == StopKind.BUDGET:
            budget = lowest(budget, record.value)
        elif record.sku:
            per_sku[record.sku] = lowest(per_sku.get(record.sku), record.value)
        else:
            total = lowest(total, record.value)
    known = {sku: value for sku, value in per_sku.items() if value is not None}
    return Stops(frozenset(skus), total, known, budget)


def lowest(one: int | None, other: int | None) -> int | None:
    """The lower of two caps, where None is no cap."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
