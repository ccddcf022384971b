"""Questions about offers and the goods they cover, answered by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet

from apps.catalog.models import Category, Sku
from apps.offers.models import BookChange
from apps.pricing.scope import ScopeMode

Json = Mapping[str, Any]
SAMPLE = 10


@dataclass(frozen=True)
class ScopeCount:
    """How many SKUs a scope hits, and the first of them."""

    count: int
    sample: Sequence[Sku]


def skus_in_scope(scope: Json, shop: str | None = None) -> QuerySet[Sku]:
    """The SKUs that a canonical scope covers, of one shop where the offer belongs to it.

    SKUs excluded from promotions are still in scope here: exclusion is the SKU's word, not the offer's.
    """
    skus = Sku.objects.all()
    if scope["mode"] == ScopeMode.INCLUDE:
        skus = skus.filter(_named(scope))
        if any(scope["except"].values()):
            skus = skus.exclude(pk__in=Sku.objects.filter(_named(scope["except"])).values("pk"))
    elif scope["mode"] == ScopeMode.EXCLUDE and _lists(scope):
        skus = skus.exclude(pk__in=Sku.objects.filter(_named(scope)).values("pk"))
    return skus if shop is None else skus.filter(shop=shop)


def count_scope(scope: Json, shop: str | None = None, sample: int = SAMPLE) -> ScopeCount:
    """The live count beside the scope picker."""
    skus = skus_in_scope(scope, shop)
    first = skus.select_related("shop", "category", "brand").order_by("code")[:sample]
    return ScopeCount(skus.count(), list(first))


def book_version() -> int:
    """The id of the last change of the offer book; 0 before the first."""
    return BookChange.objects.aggregate(last=Max("id"))["last"] or 0


def _lists(lists: Json) -> bool:
    return any(lists[name] for name in ("skus", "categories", "brands", "tags", "shops"))


def _named(lists: Json) -> Q:
    """SKUs that any of the lists names; a category stands for its subtree. Nothing named is nothing."""
    named = Q(pk__in=[])
    if lists["skus"]:
        named |= Q(pk__in=lists["skus"])
    if lists["categories"]:
        subtree = Category.objects.filter(path__overlap=lists["categories"]).values("pk")
        named |= Q(category__in=subtree)
    if lists["brands"]:
        named |= Q(brand__in=lists["brands"])
    if lists["tags"]:
        named |= Q(tags__overlap=lists["tags"])
    if lists["shops"]:
        named |= Q(shop__in=lists["shops"])
    return named
