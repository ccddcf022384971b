"""Sections 2 and 3: what a pack and a cart say, read from their JSON forms with the defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LAYERS = ("item", "shop", "platform", "shop_coupon", "platform_coupon", "shipping")


@dataclass(frozen=True, eq=False)
class Sku:
    """One article of the catalogue; `path` runs from its category up to the root."""

    code: str
    shop: str | None
    path: tuple[str, ...]
    brand: str | None
    tags: frozenset[str]
    price: int
    min_price: int
    excluded_from: frozenset[str]


@dataclass(frozen=True, eq=False)
class Offer:
    """A condition and a benefit, owned by an activity or (then `coupon` names it) by a coupon template."""

    code: str
    name: str
    kind: str
    layer: str
    shop: str | None
    params: Mapping[str, Any]
    basis: str
    priority: int
    scope: Mapping[str, Any]
    stacks_with: frozenset[str]
    mutex: str | None
    coupon: str | None
    raw: Mapping[str, Any]

    @property
    def owner(self) -> str:
        return "activities" if self.coupon is None else "coupons"

    @property
    def order(self) -> tuple[int, int, str]:
        """Layer, then priority descending, then code."""
        return (LAYERS.index(self.layer), -self.priority, self.code)

    @property
    def budget(self) -> int | None:
        """What an activity may still give; a coupon's money was reserved when it was issued."""
        return None if self.coupon is not None else self.raw.get("budget", {}).get("amount")


@dataclass(frozen=True, eq=False)
class Line:
    index: int
    line: str
    code: str
    sku: Sku | None
    quantity: int
    price: int

    @property
    def min_price(self) -> int:
        return self.sku.min_price if self.sku else 0


@dataclass(frozen=True, eq=False)
class Customer:
    """The customer of the cart: what is stored, replaced by what the cart says."""

    id: str | None
    fields: Mapping[str, Any]
    is_new: bool
    audiences: frozenset[str] | None


@dataclass(frozen=True, eq=False)
class Case:
    """One cart beside the pack that prices it."""

    currency: str
    as_of_text: str
    as_of: datetime
    lines: tuple[Line, ...]
    offers: tuple[Offer, ...]
    customer: Customer | None
    places: Mapping[str, str | None]
    shipping_fee: int
    prefer: frozenset[str]
    selection: str
    audiences: Mapping[str, Mapping[str, Any]]
    unknown_coupons: tuple[str, ...] = field(default=())


def without_nulls(value: Any) -> Any:
    """`null` means absent."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_case(pack: Mapping[str, Any], cart: Mapping[str, Any]) -> Case:
    pack, cart = without_nulls(pack), without_nulls(cart)
    skus = read_skus(pack.get("catalog", {}))
    coupons, unknown = read_coupons(pack, cart)
    offers = [read_activity(raw) for raw in pack.get("activities", [])] + coupons
    return Case(
        currency=cart["currency"],
        as_of_text=cart["as_of"],
        as_of=instant(cart["as_of"]),
        lines=tuple(read_line(index, raw, skus) for index, raw in enumerate(cart["lines"])),
        offers=tuple(offers),
        customer=read_customer(pack, cart),
        places={name: cart.get(name) for name in ("channel", "terminal", "region")},
        shipping_fee=cart.get("shipping_fee", 0),
        prefer=frozenset(cart.get("prefer", [])),
        selection=pack.get("selection", "best"),
        audiences={raw["code"]: raw for raw in pack.get("audiences", [])},
        unknown_coupons=tuple(unknown),
    )


def read_skus(catalog: Mapping[str, Any]) -> dict[str, Sku]:
    categories = {raw["code"]: raw for raw in catalog.get("categories", [])}
    return {raw["sku"]: read_sku(raw, categories) for raw in catalog.get("skus", [])}


def read_sku(raw: Mapping[str, Any], categories: Mapping[str, Any]) -> Sku:
    path, excluded = [], set(raw.get("excluded_from", []))
    at = raw.get("category")
    while at is not None:
        path.append(at)
        excluded |= set(categories[at].get("excluded_from", []))
        at = categories[at].get("parent")
    return Sku(
        code=raw["sku"],
        shop=raw.get("shop"),
        path=tuple(path),
        brand=raw.get("brand"),
        tags=frozenset(raw.get("tags", [])),
        price=raw["price"],
        min_price=raw.get("min_price", 0),
        excluded_from=frozenset(excluded),
    )


def read_line(index: int, raw: Mapping[str, Any], skus: Mapping[str, Sku]) -> Line:
    sku = skus.get(raw["sku"])
    listed = sku.price if sku else None
    unit_price = raw.get("unit_price", listed)
    assert unit_price is not None, "an unknown SKU needs a price"
    return Line(index, raw["line"], raw["sku"], sku, raw["quantity"], unit_price)


def read_activity(raw: Mapping[str, Any]) -> Offer:
    return read_offer(raw, layer=raw["layer"], shop=raw.get("shop"), coupon=None)


def read_coupons(pack: Mapping[str, Any], cart: Mapping[str, Any]) -> tuple[list[Offer], list[str]]:
    """`auto` holds every template once; a list holds the templates it names, once each."""
    templates = {f"template:{raw['code']}": raw for raw in pack.get("coupon_templates", [])}
    wanted = cart.get("coupons", "auto")
    names = list(templates) if wanted == "auto" else list(dict.fromkeys(wanted))
    held = [read_template(templates[name], name) for name in names if name in templates]
    return held, [name for name in names if name not in templates]


def read_template(raw: Mapping[str, Any], coupon: str) -> Offer:
    issuer = raw.get("issuer", "platform")
    shop = None if issuer == "platform" else issuer
    layer = "platform_coupon" if shop is None else "shop_coupon"
    if raw["kind"] == "shipping_off":
        layer = "shipping"
    return read_offer(raw, layer=layer, shop=shop, coupon=coupon)


def read_offer(raw: Mapping[str, Any], *, layer: str, shop: str | None, coupon: str | None) -> Offer:
    others = [name for name in LAYERS if name != layer]
    return Offer(
        code=raw["code"],
        name=raw["name"],
        kind=raw["kind"],
        layer=layer,
        shop=shop,
        params=raw["params"],
        basis=raw.get("basis", "running"),
        priority=raw.get("priority", 0),
        scope=raw.get("scope", {"mode": "all"}),
        stacks_with=frozenset(raw.get("stacks_with", others)),
        mutex=raw.get("mutex"),
        coupon=coupon,
        raw=raw,
    )


def read_customer(pack: Mapping[str, Any], cart: Mapping[str, Any]) -> Customer | None:
    given = cart.get("customer")
    if given is None:
        return None
    if isinstance(given, str):
        given = {"id": given}
    rows = {raw["id"]: raw for raw in pack.get("customers", [])}
    stored = rows.get(given.get("id"))
    fields = {**(stored or {}).get("attributes", {}), **(stored or {})}
    fields |= {name: given[name] for name in ("member_level", "tags") if name in given}
    if "region" in cart:
        fields["region"] = cart["region"]
    is_new = stored is not None and stored.get("orders", 0) == 0
    audiences = frozenset(given["audiences"]) if "audiences" in given else None
    return Customer(given.get("id"), fields, given.get("new", is_new), audiences)
