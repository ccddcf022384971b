"""Which goods each activity of an event reaches, as bit masks over kinds of goods: two statements, any catalogue.

SKUs that a scope names stand for themselves; all others that no scope can tell apart stand together, with their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from apps.catalog.selectors import sku_facts
from apps.pricing.book import OfferBook
from apps.pricing.cart import CartLine, Sku
from apps.pricing.offer import Offer

MOST_KINDS = 5_000
#: what a scope can tell goods apart by: the list of a scope -> column of a SKU, and what stands for "any"
COLUMNS = {
    "shops": ("shop_id", "NULL::text"),
    "categories": ("category_path", "'{}'::text[]"),
    "brands": ("brand_id", "NULL::text"),
    "tags": ("tags", "'{}'::text[]"),
}


@dataclass(frozen=True)
class Reach:
    """`masks` by offer code; `weights` are the SKUs behind each bit, `prices` the highest list price among them.

    `named` has the list prices of SKUs that are named one by one. `whole` False: there were too many kinds.
    """

    masks: Mapping[str, int] = field(default_factory=dict)
    weights: Sequence[int] = ()
    whole: bool = True
    prices: Sequence[int] = ()
    named: Mapping[str, int] = field(default_factory=dict)

    def common(self, one: str, other: str) -> int:
        """How many SKUs both reach."""
        mask = self.masks.get(one, 0) & self.masks.get(other, 0)
        return sum(weight for position, weight in enumerate(self.weights) if mask >> position & 1)

    def goods_of(self, offer: Offer) -> list[tuple[str, int]]:
        """With list prices: the SKUs that its parameters name, else the dearest that it reaches, whichever it is."""
        if offer.narrowed is not None:
            return [(code, self.named[code]) for code in offer.narrowed if code in self.named]
        mask = self.masks.get(offer.code, 0)
        reached = [price for position, price in enumerate(self.prices) if mask >> position & 1]
        return [("", max(reached))] if reached else []


def reach_of(offers: Sequence[Offer]) -> Reach:
    named = named_skus(offers)
    facts = sku_facts(named) if named else {}
    kinds = _kinds(offers, named)
    lines = [CartLine(code, code, 1, sku.price, sku) for code, sku in facts.items()]
    lines += [CartLine(sku.sku, sku.sku, 1, sku.price, sku) for sku, _count in kinds]
    reached = OfferBook.build(offers).reaching(tuple(lines))
    weights = [1] * len(facts) + [count for _sku, count in kinds]
    return Reach(
        masks={offer.code: mask for offer, mask in reached.items()},
        weights=weights,
        whole=len(kinds) < MOST_KINDS,
        prices=[line.unit_price for line in lines],
        named={code: sku.price for code, sku in facts.items()},
    )


def named_skus(offers: Sequence[Offer]) -> list[str]:
    """The SKUs that any of these offers can tell from all others."""
    found: set[str] = set()
    for offer in offers:
        found |= offer.narrowed or frozenset()
        found |= offer.scope.named.skus | offer.scope.excepted.skus
    return sorted(found)


def _kinds(offers: Sequence[Offer], named: Sequence[str]) -> list[tuple[Sku, int]]:
    """The rest of the catalogue, grouped by what these offers look at."""
    looked_at = {name for name in COLUMNS for offer in offers if _looks_at(offer, name)}
    columns = [column if name in looked_at else blank for name, (column, blank) in COLUMNS.items()]
    listed = ", ".join(columns)
    statement = (
        f"SELECT {listed}, count(*), max(price_amount) FROM catalog_sku WHERE NOT code = ANY(%s) "  # noqa: S608 - columns of this file
        f"GROUP BY 1, 2, 3, 4 LIMIT {MOST_KINDS}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(named)])
        rows = cursor.fetchall()
    return [
        (Sku(f"/{number}", shop or "", tuple(path), brand or "", frozenset(tags), price), count)
        for number, (shop, path, brand, tags, count, price) in enumerate(rows)
    ]


def _looks_at(offer: Offer, name: str) -> bool:
    sets = (offer.scope.named, offer.scope.excepted)
    return any(getattr(one, name) for one in sets) or (name == "shops" and offer.shop is not None)
