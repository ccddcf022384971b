"""`catalog`: shops, the tree of categories, brands and SKUs, and what is wrong with the tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.offers.documents.texts import name_or
from apps.pricing.faults import Findings, Reader

Json = dict[str, Any]

EXCLUDED_FROM = ("activities", "coupons")
MAX_DEPTH = 32
LONGEST_SKU_NAME = 500


def read_shop(reader: Reader) -> Json:
    """Shops and brands alike: a code and a name."""
    shop = {"code": reader.code("code", required=True) or "", "name": name_or(reader, None)}
    reader.close()
    return shop


def read_category(reader: Reader) -> Json:
    category = {
        "code": reader.code("code", required=True) or "",
        "name": name_or(reader, None),
        "parent": reader.code("parent", refers_to="category"),
        "excluded_from": _read_exclusions(reader),
    }
    reader.close()
    return category


def read_sku(reader: Reader) -> Json:
    sku = {
        "sku": reader.code("sku", required=True) or "",
        "name": reader.text("name", longest=LONGEST_SKU_NAME) or "",
        "shop": reader.code("shop", refers_to="shop"),
        "category": reader.code("category", refers_to="category"),
        "brand": reader.code("brand", refers_to="brand"),
        "tags": sorted(reader.texts("tags")),
        "price": reader.integer("price", required=True, default=0),
        "cost": reader.integer("cost"),
        "floor_price": reader.integer("floor_price"),
        "min_price": reader.integer("min_price"),
        "excluded_from": _read_exclusions(reader),
    }
    reader.close()
    return sku


def check_tree(categories: list[Json], elsewhere: Mapping[str, str | None], findings: Findings) -> None:
    """Note loops and trees that are too deep. `elsewhere`: the parents of those not in the pack."""
    parents = {**elsewhere, **{category["code"]: category["parent"] for category in categories}}
    depths: dict[str, int] = {}
    for position, category in enumerate(categories):
        depth = _depth(category["code"], parents, depths)
        path = f"catalog.categories[{position}].parent"
        if depth == LOOP:
            findings.fault(path, "loop", "makes a loop of categories")
        elif depth > MAX_DEPTH:
            findings.fault(path, "too_deep", "is deeper than %(levels)s levels", levels=MAX_DEPTH)


LOOP, BELOW_LOOP = -1, -2


def _depth(code: str, parents: Mapping[str, str | None], depths: dict[str, int]) -> int:
    """How many categories lie on the way to the root, itself included; negative when there is no root."""
    trail: list[str] = []
    on_trail: set[str] = set()
    at: str | None = code
    while at is not None and at not in depths:
        if at in on_trail:
            depths.update(dict.fromkeys(trail[trail.index(at) :], LOOP))
            break
        trail.append(at)
        on_trail.add(at)
        at = parents.get(at)
    above = 0 if at is None else depths[at]
    for one in reversed([name for name in trail if name not in depths]):
        above = BELOW_LOOP if above < 0 else above + 1
        depths[one] = above
    return depths[code]


def _read_exclusions(reader: Reader) -> list[str]:
    return sorted(reader.texts("excluded_from", choices=EXCLUDED_FROM))
