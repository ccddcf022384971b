"""What a document says of single SKUs, as one table: prices, stock, and the limit that counts for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.pricing.kinds import KINDS
from apps.pricing.kinds.fields import Param
from apps.pricing.scope import ScopeMode

Json = Mapping[str, Any]
LIMIT = "per_customer_sku_units"
#: where the faults of a document about one SKU begin
PLACES = ("stock.per_sku.",)


@dataclass(frozen=True, slots=True)
class Entry:
    """One SKU: price in minor units, units at this price. None: nothing said."""

    price: int | None
    stock: int | None = None


@dataclass(frozen=True)
class Table:
    """Entries by SKU, and how many units of each SKU one customer may have (None: any number)."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    limit: int | None = None


def price_param(kind: str) -> Param | None:
    """The parameter of a kind that holds prices by SKU, or None where it has none."""
    declared = KINDS[kind].params() if kind in KINDS else ()
    return next((one for one in declared if one.unit == "prices"), None)


def counts_units(kind: str) -> bool:
    """Whether stock and limits of single SKUs belong to the kind."""
    return KINDS[kind].counts_units


def table_of(content: Json) -> Table:
    """The table of a canonical document, by SKU code."""
    declared = price_param(content["kind"])
    prices = content["params"].get(declared.name) or {} if declared else {}
    if not counts_units(content["kind"]):
        return Table({sku: Entry(prices[sku]) for sku in sorted(prices)})
    stock = content["stock"]["per_sku"]
    entries = {sku: Entry(prices.get(sku), stock.get(sku)) for sku in sorted({*prices, *stock})}
    return Table(entries, content["limits"][LIMIT])


def with_table(content: Json, table: Table) -> dict[str, Any]:
    """The document with another table; whoever saves it reads and checks it as any other."""
    declared = price_param(content["kind"])
    assert declared is not None, "the grid opens for kinds with prices only"
    prices = {sku: entry.price for sku, entry in table.entries.items() if entry.price is not None}
    changed = {**content, "params": {**_without_one_price(content), declared.name: prices}}
    changed["scope"] = _scope_that_follows(content, table)
    if counts_units(content["kind"]):
        stock = {sku: entry.stock for sku, entry in table.entries.items() if entry.stock is not None}
        changed["stock"] = {**content["stock"], "per_sku": stock}
        changed["limits"] = {**content["limits"], LIMIT: table.limit}
    return changed


def one_price(content: Json) -> int | None:
    """The price that stands for all goods, where the document has one instead of prices by SKU."""
    return next((content["params"].get(name) for name in _one_price_names(content["kind"])), None)


def _one_price_names(kind: str) -> list[str]:
    """Optional amounts beside optional prices: the kind takes one or the other."""
    declared = price_param(kind)
    if declared is None or declared.required:
        return []
    return [one.name for one in KINDS[kind].params() if one.unit == "money" and not one.required]


def _without_one_price(content: Json) -> dict[str, Any]:
    names = _one_price_names(content["kind"])
    return {name: value for name, value in content["params"].items() if name not in names}


def _scope_that_follows(content: Json, table: Table) -> Json:
    """Where the scope names SKUs one by one, those of the table are named, and those taken out no longer."""
    scope = content["scope"]
    if not names_skus(scope):
        return scope
    gone = set(table_of(content).entries) - set(table.entries)
    kept = [sku for sku in scope["skus"] if sku not in gone]
    return {**scope, "skus": sorted({*kept, *table.entries})}


def names_skus(scope: Json) -> bool:
    """Whether a scope is a list of SKUs and nothing else."""
    others = [scope[name] for name in ("categories", "brands", "tags", "shops")]
    return scope["mode"] == ScopeMode.INCLUDE and bool(scope["skus"]) and not any(others)


def sku_of_path(kind: str, path: str) -> str | None:
    """The SKU that a fault's path is about, or None when it is about the whole."""
    declared = price_param(kind)
    starts: Iterable[str] = (f"params.{declared.name}.", *PLACES) if declared else PLACES
    return next((path.removeprefix(start) for start in starts if path.startswith(start)), None)
