"""Which SKUs an offer covers: all, those that lists name, or everything else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apps.pricing.cart import Sku


class ScopeMode(StrEnum):
    ALL = "all"
    INCLUDE = "include"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class SkuSet:
    """SKUs named by code, category (with its subtree), brand, tag or shop; any list may name them."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.skus or self.categories or self.brands or self.tags or self.shops)

    def holds(self, sku: Sku) -> bool:
        return (
            sku.sku in self.skus
            or sku.shop in self.shops
            or sku.brand in self.brands
            or (bool(self.categories) and not self.categories.isdisjoint(sku.category_path))
            or (bool(self.tags) and not self.tags.isdisjoint(sku.tags))
        )


NOTHING = SkuSet()


@dataclass(frozen=True, slots=True)
class Scope:
    """`include` takes what `named` holds less what `excepted` holds; `exclude` takes everything but `named`."""

    mode: ScopeMode = ScopeMode.ALL
    named: SkuSet = NOTHING
    excepted: SkuSet = NOTHING

    def covers(self, sku: Sku) -> bool:
        if self.mode == ScopeMode.ALL:
            return True
        if self.mode == ScopeMode.EXCLUDE:
            return not self.named.holds(sku)
        return self.named.holds(sku) and not (self.excepted and self.excepted.holds(sku))


EVERYTHING = Scope()
