"""Takes a catalogue as a pack words it: everything that is new or differs, in a handful of statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from apps.catalog.models import Brand, Category, Shop, Sku
from apps.catalog.services.category_tree import lock_category_tree, rebuild_paths
from apps.core.audit import Subject, record
from apps.core.bulk_upsert import Outcome, Staging, staging, upsert

Row = Mapping[str, Any]

NAMED = ("code", "name")
CATEGORY = ("code", "name", "parent", "excluded_from")
SKU = (
    "code",
    "name",
    "shop",
    "category",
    "brand",
    "tags",
    "price_amount",
    "cost_amount",
    "floor_price_amount",
    "min_price_amount",
    "excluded_from",
)
# Only changes of what was there: a new SKU protects nothing yet.
PROTECTED_CHANGES = """
SELECT k.code, k.min_price_amount, s.min_price_amount, k.excluded_from, s.excluded_from
FROM stage_catalog_sku s JOIN catalog_sku k USING (code)
WHERE (k.min_price_amount, k.excluded_from) IS DISTINCT FROM (s.min_price_amount, s.excluded_from)
ORDER BY k.code
"""
PROTECTED_CATEGORIES = """
SELECT k.code, k.excluded_from, s.excluded_from
FROM stage_catalog_category s JOIN catalog_category k USING (code)
WHERE k.excluded_from IS DISTINCT FROM s.excluded_from ORDER BY k.code
"""


@dataclass(frozen=True)
class CatalogOutcome:
    """What an import did to each table, and every change of a minimum price or an exclusion it made."""

    shops: Outcome
    categories: Outcome
    brands: Outcome
    skus: Outcome
    protected: Sequence[dict[str, Any]] = ()

    @property
    def written(self) -> int:
        return self.shops.written + self.categories.written + self.brands.written + self.skus.written

    def as_json(self) -> dict[str, Any]:
        tables = {
            "shops": self.shops,
            "categories": self.categories,
            "brands": self.brands,
            "skus": self.skus,
        }
        told = {name: outcome.as_json() for name, outcome in tables.items() if outcome.written}
        return told | ({"protected": list(self.protected)} if self.protected else {})


@transaction.atomic
def upsert_catalog(
    *, rows: Mapping[str, Iterable[Row]], actor: Any, reason: str = "", source: str = "pack"
) -> CatalogOutcome:
    """Write `{"shops": [...], "categories": [...], "brands": [...], "skus": [...]}` as packs validated them.

    An entry replaces all that is stored under its code; nothing is deleted. Writes one audit entry, or none
    where nothing changed. Raises DomainError `category_loop` or `category_depth`.
    """
    shops = upsert(Shop, NAMED, map(_named, rows.get("shops", ())))
    brands = upsert(Brand, NAMED, map(_named, rows.get("brands", ())))
    categories, opened_categories = _upsert_categories(rows.get("categories", ()))
    skus, opened_skus = _upsert_skus(rows.get("skus", ()))
    outcome = CatalogOutcome(shops, categories, brands, skus, (*opened_categories, *opened_skus))
    if outcome.written:
        record(
            action="catalog.import",
            subject=Subject("catalog", source),
            actor=actor,
            after=outcome.as_json(),
            reason=reason,
        )
    return outcome


def _upsert_categories(rows: Iterable[Row]) -> tuple[Outcome, list[dict[str, Any]]]:
    values = [(r["code"], r.get("name") or "", r.get("parent"), _words(r)) for r in rows]
    if not values:
        return Outcome(), []
    lock_category_tree()
    with staging(Category, CATEGORY) as stage:
        stage.fill(values)
        protected = [
            {"category": code, "excluded_from": [old, new]}
            for code, old, new in _rows_of(PROTECTED_CATEGORIES)
        ]
        outcome = stage.merge(when_new={"path": "ARRAY[s.code]", "excluded_all": "s.excluded_from"})
    if outcome.written:
        rebuild_paths()
    return outcome, protected


def _upsert_skus(rows: Iterable[Row]) -> tuple[Outcome, list[dict[str, Any]]]:
    with staging(Sku, SKU) as stage:
        stage.fill(map(_sku, rows))
        if not stage.count:
            return Outcome(), []
        protected = list(_protected_skus())
        return _merge_skus(stage), protected


def _merge_skus(stage: Staging) -> Outcome:
    outcome = stage.merge(when_new={"category_path": "'{}'", "excluded_all": "'{}'"})
    if outcome.created > 1000:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE catalog_sku")  # lists estimate from these statistics
    return outcome


def _protected_skus() -> Iterator[dict[str, Any]]:
    for code, old_minimum, new_minimum, old_words, new_words in _rows_of(PROTECTED_CHANGES):
        change: dict[str, Any] = {"sku": code}
        if old_minimum != new_minimum:
            change["min_price"] = [old_minimum, new_minimum]
        if old_words != new_words:
            change["excluded_from"] = [old_words, new_words]
        yield change


def _rows_of(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _named(row: Row) -> tuple[Any, ...]:
    return row["code"], row.get("name") or ""


def _words(row: Row) -> list[str]:
    return sorted(set(row.get("excluded_from") or ()))


def _sku(row: Row) -> tuple[Any, ...]:
    return (
        row["sku"],
        row.get("name") or "",
        row.get("shop"),
        row.get("category"),
        row.get("brand"),
        list(row.get("tags") or ()),
        row["price"],
        row.get("cost"),
        row.get("floor_price"),
        row.get("min_price"),
        _words(row),
    )
