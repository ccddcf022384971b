"""Reads of the catalogue for pricing, packs and pickers."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, models

from apps.catalog.models import Brand, Category, Portal, Selection, Shop, Sku
from apps.pricing import cart

# A scalar subquery for the one statement of a quote: the SKUs whose codes are in the array parameter `skus`,
# as JSON text (NULL where none is known) that `read_sku_facts` understands. One index scan: the triggers of
# the catalogue keep path and exclusions on the row.
SKU_FACTS = """(
    SELECT json_agg(json_build_array(
        s.code, s.shop_id, s.category_path, s.brand_id, s.tags,
        s.price_amount, s.min_price_amount, s.excluded_all, s.floor_price_amount
    ))::text
    FROM catalog_sku s WHERE s.code = ANY(%(skus)s)
)"""


def read_sku_facts(document: str | None) -> dict[str, cart.Sku]:
    """The SKUs that SKU_FACTS gave, by code; unknown codes are not among them."""
    if document is None:
        return {}
    return {
        code: cart.Sku(
            code,
            shop or "",
            tuple(path),
            brand or "",
            frozenset(tags),
            price,
            min_price or 0,
            frozenset(excluded),
            floor or 0,
        )
        for code, shop, path, brand, tags, price, min_price, excluded, floor in orjson.loads(document)
    }


def sku_facts(codes: Iterable[str]) -> dict[str, cart.Sku]:
    """What pricing needs to know of these SKUs, by code; unknown ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SKU_FACTS}", {"skus": list(codes)})
        row = cursor.fetchone()
    return read_sku_facts(row[0] if row else None)


def portal() -> Portal:
    """The portal's currency and selection; before the first pack what the settings say, unsaved."""
    return Portal.objects.first() or Portal(currency=settings.CURRENCY, selection=Selection.BEST)


def known_currency() -> str | None:
    """What the first pack set; None before it."""
    return Portal.objects.values_list("currency", flat=True).first()


def category_parents() -> dict[str, str | None]:
    """Each category's parent: what a pack's own categories are put together with to look for loops."""
    return dict(Category.objects.values_list("code", "parent_id"))


def catalog_document(sku_codes: Sequence[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """The catalogue as a pack words it; with `sku_codes` only those and what they name."""
    rows = Sku.objects.order_by("code")
    if sku_codes is not None:
        rows = rows.filter(code__in=sku_codes)
    skus = list(_skus(rows))
    shops, categories, brands = Shop.objects.all(), Category.objects.order_by("path"), Brand.objects.all()
    if sku_codes is not None:
        paths = rows.values_list("category_path", flat=True)
        shops = shops.filter(code__in={s["shop"] for s in skus if s["shop"]})
        brands = brands.filter(code__in={s["brand"] for s in skus if s["brand"]})
        categories = categories.filter(code__in={code for path in paths for code in path})
    return {
        "shops": _named(shops),
        "categories": [
            {"code": c.code, "name": c.name, "parent": c.parent_id, "excluded_from": c.excluded_from}
            for c in categories
        ],
        "brands": _named(brands),
        "skus": skus,
    }


def _named(rows: models.QuerySet[Any]) -> list[dict[str, Any]]:
    return [{"code": code, "name": name} for code, name in rows.order_by("code").values_list("code", "name")]


def _skus(rows: models.QuerySet[Sku]) -> Iterator[dict[str, Any]]:
    fields = (
        "code", "name", "shop_id", "category_id", "brand_id", "tags",
        "price_amount", "cost_amount", "floor_price_amount", "min_price_amount", "excluded_from",
    )  # fmt: skip
    names = (
        "sku", "name", "shop", "category", "brand", "tags",
        "price", "cost", "floor_price", "min_price", "excluded_from",
    )  # fmt: skip
    for values in rows.values_list(*fields).iterator(chunk_size=5_000):
        yield dict(zip(names, values, strict=True))
