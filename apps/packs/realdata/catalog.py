"""The catalogue: department > category > type, brands by owner and maker, a price for every product."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .rows import Product

SHOP = {"code": "grocer", "name": "Grocer"}
#: For a product without a price anywhere near it; never needed on the whole data set.
LAST_RESORT_PRICE = 100
#: By the depth of a node in the tree.
MEDIAN_OF = ("the median of all", "their department", "their category", "their type")


class Catalog(NamedTuple):
    document: dict[str, list[dict[str, Any]]]
    priced_by: dict[str, int]  # products, by where their price comes from


def lower_median(values: Iterable[int]) -> int:
    """The middle value, of two middle ones the smaller: a price that was really asked. Needs a value."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2]


def build_catalog(products: Iterable[Product], prices: Mapping[int, Sequence[int]]) -> Catalog:
    """The pack's catalogue; `prices` are the unit prices above 0 at which each product was sold."""
    products = sorted(products)
    codes = category_codes(products)
    defaults = default_prices(products, prices)
    priced_by = dict.fromkeys(("their sales", *MEDIAN_OF, "the last resort"), 0)
    skus = []
    for product in products:
        price, source = _price(product, prices, defaults)
        priced_by[source] += 1
        skus.append(_sku(product, codes[path_of(product)], price))
    document = {
        "shops": [SHOP],
        "categories": _categories(codes),
        "brands": _brands(products),
        "skus": skus,
    }
    return Catalog(document, priced_by)


def path_of(product: Product) -> tuple[str, ...]:
    """Department, category, type; a product hangs on the deepest level that it has without a gap."""
    if product.category is None:
        return (product.department,)
    if product.type is None:
        return (product.department, product.category)
    return (product.department, product.category, product.type)


def category_codes(products: Iterable[Product]) -> dict[tuple[str, ...], str]:
    """A code per node, numbered by name below its parent: names hold blanks and slashes, codes may not."""
    paths = {path_of(product)[:depth] for product in products for depth in (1, 2, 3)}
    codes: dict[tuple[str, ...], str] = {}
    used: dict[tuple[str, ...], int] = {}
    for path in sorted(paths):
        parent = path[:-1]
        used[parent] = used.get(parent, 0) + 1
        codes[path] = f"{codes[parent]}.{used[parent]}" if parent else f"d{used[parent]:02d}"
    return codes


def default_prices(
    products: Iterable[Product], prices: Mapping[int, Sequence[int]]
) -> dict[tuple[str, ...], int]:
    """Per node of the tree (and the whole store, the empty path) the median of the prices of its products."""
    found: dict[tuple[str, ...], list[int]] = {}
    for product in products:
        if prices.get(product.product):
            price, path = lower_median(prices[product.product]), path_of(product)
            for depth in range(len(path) + 1):
                found.setdefault(path[:depth], []).append(price)
    return {path: lower_median(values) for path, values in found.items()}


def brand_code(product: Product) -> str:
    return f"{product.brand.lower()}-{product.manufacturer}"


def _price(
    product: Product, prices: Mapping[int, Sequence[int]], defaults: Mapping[tuple[str, ...], int]
) -> tuple[int, str]:
    if prices.get(product.product):
        return lower_median(prices[product.product]), "their sales"
    path = path_of(product)
    for depth in range(len(path), -1, -1):
        if path[:depth] in defaults:
            return defaults[path[:depth]], MEDIAN_OF[depth]
    return LAST_RESORT_PRICE, "the last resort"


def _sku(product: Product, category: str, price: int) -> dict[str, Any]:
    return {
        "sku": str(product.product),
        "name": " ".join(filter(None, (path_of(product)[-1], product.package))),
        "shop": SHOP["code"],
        "category": category,
        "brand": brand_code(product),
        "tags": [product.brand.lower()],
        "price": price,
    }


def _categories(codes: Mapping[tuple[str, ...], str]) -> list[dict[str, Any]]:
    return [
        {"code": code, "name": path[-1], "parent": codes[path[:-1]] if path[:-1] else None}
        for path, code in codes.items()
    ]


def _brands(products: Iterable[Product]) -> list[dict[str, Any]]:
    brands = sorted({(product.brand, product.manufacturer, brand_code(product)) for product in products})
    return [
        {"code": code, "name": f"{brand} brand, manufacturer {manufacturer}"}
        for brand, manufacturer, code in brands
    ]
