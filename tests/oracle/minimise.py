"""Makes a case that shows a difference as small as it can be while it still shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
Case = tuple[Json, Json]

NEEDED = {"code", "name", "kind", "params", "layer", "shop", "issuer", "validity", "starts_at", "ends_at"}
OPTIONAL_IN_CART = ("prefer", "coupons", "customer", "channel", "terminal", "region", "shipping_fee")


def minimise(case: Case, shows: Callable[[Json, Json], bool]) -> Case:
    """Takes the first smaller case that still shows the difference, until none does."""
    while True:
        smaller = next((one for one in smaller_cases(case) if shows(*one)), None)
        if smaller is None:
            return case
        case = smaller


def smaller_cases(case: Case) -> Iterator[Case]:
    pack, cart = case
    for name in ("activities", "coupon_templates"):
        for at in range(len(pack.get(name, []))):
            yield _changed(case, lambda p, c, name=name, at=at: p[name].pop(at))
    if len(cart["lines"]) > 1:
        for at in range(len(cart["lines"])):
            yield _changed(case, lambda p, c, at=at: c["lines"].pop(at))
    for at, line in enumerate(cart["lines"]):
        for quantity in sorted({1, line["quantity"] // 2, line["quantity"] - 1} - {0}):
            if quantity < line["quantity"]:
                yield _changed(case, lambda p, c, at=at, q=quantity: c["lines"][at].update(quantity=q))
    for name in OPTIONAL_IN_CART:
        if name in cart:
            yield _changed(case, lambda p, c, name=name: c.pop(name))
    yield from _without_keys(case)


def _without_keys(case: Case) -> Iterator[Case]:
    """Optional keys of offers and SKUs, one at a time."""
    pack, _ = case
    for name in ("activities", "coupon_templates"):
        for at, row in enumerate(pack.get(name, [])):
            for key in row.keys() - NEEDED:
                yield _changed(case, lambda p, c, name=name, at=at, key=key: p[name][at].pop(key))
    for at, row in enumerate(pack["catalog"]["skus"]):
        for key in row.keys() & {"min_price", "tags", "brand", "category", "excluded_from"}:
            yield _changed(case, lambda p, c, at=at, key=key: p["catalog"]["skus"][at].pop(key))


def _changed(case: Case, change: Callable[[Json, Json], Any]) -> Case:
    pack, cart = deepcopy(case[0]), deepcopy(case[1])
    change(pack, cart)
    return pack, cart
