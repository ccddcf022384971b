"""Small nasty carts and packs from a seed: few units, odd prices, thresholds met exactly or missed by one."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.generate_offers import add_offers
from tests.oracle.quote import price

Json = dict[str, Any]

AS_OF = "2026-11-11T10:00:00+08:00"
SAME_INSTANT = [AS_OF, "2026-11-11T02:00:00+00:00", "2026-11-10T21:00:00-05:00"]
OTHER_INSTANTS = ["2026-11-11T23:30:00+08:00", "2026-11-12T00:30:00+08:00", "2026-11-15T09:59:59+08:00"]
PRICES = {
    "tiny": [0, 1, 1, 2, 3, 5, 7, 10, 11, 13],
    "odd": [1, 3, 97, 99, 100, 101, 199, 333, 667, 997, 1000],
    "real": [0, 990, 1999, 2990, 3333, 5000, 9900, 9990, 10000, 19900, 29999],
}


def case(seed: int) -> tuple[Json, Json]:
    """The pack and the cart of one seed, the same on every machine: mostly the busiest of a few throws."""
    throws = [throw(Random(f"{seed}:{number}")) for number in range(1 if seed % 5 == 0 else 4)]
    return max(throws, key=lambda one: busyness(price(*one)))


def busyness(quote: Json) -> int:
    """How much happens in a quote: offers that work on each other, segments split, shares upon shares."""
    segments = [segment for line in quote["lines"] for segment in line["segments"]]
    piled = max(sum(share["amount"] > 0 for share in segment["shares"]) for segment in segments)
    return len(quote["offers"]) + 2 * piled + 2 * (len(segments) - len(quote["lines"]))


def throw(r: Random) -> tuple[Json, Json]:
    scale = r.choice(["tiny", "odd", "odd", "real"])
    pack = {"pack": 1, "currency": "CNY", **make_portal(r, scale)}
    cart = make_cart(r, pack, scale)
    drop_unsold(r, pack, cart)
    add_offers(r, pack, cart)
    choose_coupons(r, pack, cart)
    tighten_budget(r, pack, cart)
    return pack, cart


def make_portal(r: Random, scale: str) -> Json:
    shops = ["S1"] if r.random() < 0.65 else ["S1", "S2"]
    categories = [
        {"code": "root", "name": "root"},
        {"code": "mid", "name": "mid", "parent": "root"},
        {"code": "leaf", "name": "leaf", "parent": "mid"},
        {"code": "side", "name": "side", "parent": None},
    ]
    if r.random() < 0.08:
        r.choice(categories[1:])["excluded_from"] = r.choice([["coupons"], ["activities"]])
    skus = [make_sku(r, code, shops, scale) for code in "ABCDE"[: r.randint(2, 5)]]
    gift = {"sku": "G", "name": "G", "shop": "S1", "price": 500}
    customers = [
        {
            "id": "c1",
            "member_level": 3,
            "tags": ["vip"],
            "registered_at": "2026-01-01T00:00:00+08:00",
            "orders": 2,
        },
        {
            "id": "c2",
            "member_level": 1,
            "tags": [],
            "registered_at": "2026-10-31T16:00:00+00:00",
            "orders": 0,
        },
    ]
    return {
        "catalog": {
            "shops": [{"code": code, "name": code} for code in shops],
            "categories": categories,
            "brands": [{"code": code, "name": code} for code in ("b1", "b2")],
            "skus": [*skus, gift],
        },
        "customers": customers,
        "audiences": make_audiences(r),
        **({"selection": "priority"} if r.random() < 0.1 else {}),
    }


def make_sku(r: Random, code: str, shops: list[str], scale: str) -> Json:
    amount = r.choice(PRICES[scale])
    sku: Json = {"sku": code, "name": code, "shop": r.choice(shops), "price": amount}
    if r.random() < 0.8:
        sku["category"] = r.choice(["root", "mid", "leaf", "leaf", "side"])
    if r.random() < 0.6:
        sku["brand"] = r.choice(["b1", "b2"])
    sku["tags"] = r.sample(["new", "hot", "old"], r.randint(0, 2))
    if r.random() < 0.3:
        near = [amount, amount - 1, amount + 1, amount // 2, amount * 9 // 10, amount * 3 // 4]
        sku["min_price"] = max(0, r.choice(near))
    if r.random() < 0.05:
        sku["excluded_from"] = r.choice([["coupons"], ["activities"], ["activities", "coupons"]])
    return sku


def make_audiences(r: Random) -> list[Json]:
    level = {
        "field": "member_level",
        "op": r.choice(["gte", "eq", "ne", "gt", "lte"]),
        "value": r.choice([1, 3]),
    }
    tag = {"field": "tags", "op": "contains", "value": "vip"}
    since = {
        "field": "registered_at",
        "op": r.choice(["lt", "gte", "eq", "lte"]),
        "value": "2026-11-01T00:00:00+08:00",
    }
    orders = {"field": "orders", "op": r.choice(["in", "in", "gt"]), "value": [0, 1]}
    if orders["op"] == "gt":
        orders["value"] = r.choice([0, 1, "1"])
    parts = r.sample([level, tag, since, orders], 2)
    rule = r.choice([{"all": parts}, {"any": parts}, {"not": parts[0]}, parts[1]])
    by_list = {"code": "listed", "name": "listed", "members": r.choice([["c1"], ["c2", "c9"], ["c1", "c2"]])}
    if r.random() < 0.2:
        by_list["rule"] = tag
    return [{"code": "ruled", "name": "ruled", "rule": rule}, by_list]


def make_cart(r: Random, pack: Json, scale: str) -> Json:
    skus = [row["sku"] for row in pack["catalog"]["skus"] if row["sku"] != "G"]
    lines = []
    for number in range(r.choice([1, 2, 2, 3, 3, 4])):
        quantity = r.randint(7, 30) if r.random() < 0.07 else r.choice([1, 1, 2, 2, 3, 3, 4, 5, 6])
        line: Json = {"line": str(number + 1), "sku": r.choice(skus), "quantity": quantity}
        if r.random() < 0.06:
            line |= {"sku": "unknown", "unit_price": r.choice(PRICES[scale])}
        elif r.random() < 0.1:
            line["unit_price"] = r.choice(PRICES[scale])
        lines.append(line)
    cart: Json = {"currency": "CNY", "lines": lines, "as_of": r.choice([*SAME_INSTANT * 2, *OTHER_INSTANTS])}
    if r.random() < 0.55:
        cart["shipping_fee"] = r.choice([0, 1, 5, 600, 1000, 1200])
    customer = make_customer(r)
    if customer is not None:
        cart["customer"] = customer
    for name, values in (("channel", ["app", "web"]), ("terminal", ["ios", "pc"]), ("region", ["bj", "sh"])):
        if r.random() < 0.7:
            cart[name] = r.choice(values)
    return cart


def drop_unsold(r: Random, pack: Json, cart: Json) -> None:
    """Most offers should meet the cart: of the SKUs that are not in it few stay."""
    sold = {line["sku"] for line in cart["lines"]} | {"A", "G"}
    catalog = pack["catalog"]
    catalog["skus"] = [row for row in catalog["skus"] if row["sku"] in sold or r.random() < 0.25]


def make_customer(r: Random) -> Any:
    if r.random() < 0.15:
        return None
    if r.random() < 0.5:
        return r.choice(["c1", "c1", "c2", "c9"])
    customer: Json = {"id": r.choice(["c1", "c2", "c9"])}
    if r.random() < 0.5:
        customer["member_level"] = r.choice([1, 2, 3, None])
    if r.random() < 0.3:
        customer["new"] = r.choice([True, False])
    if r.random() < 0.3:
        customer["tags"] = r.choice([[], ["vip"]])
    if r.random() < 0.3:
        customer["audiences"] = r.choice([[], ["ruled"], ["listed"], ["ruled", "listed"]])
    return customer


def choose_coupons(r: Random, pack: Json, cart: Json) -> None:
    """`coupons` and `prefer`, now that the codes are known."""
    templates = [f"template:{row['code']}" for row in pack["coupon_templates"]]
    if r.random() < 0.35:
        cart["coupons"] = r.sample(templates, r.randint(0, len(templates)))
        if r.random() < 0.1:
            cart["coupons"].append("template:nobody-knows-it")
    elif r.random() < 0.3:
        cart["coupons"] = "auto"
    codes = [row["code"] for row in [*pack["activities"], *pack["coupon_templates"]]]
    if r.random() < (0.5 if "selection" in pack else 0.12):
        cart["prefer"] = r.sample(codes, min(len(codes), r.randint(1, 2)))


def tighten_budget(r: Random, pack: Json, cart: Json) -> None:
    """Gives one of the activities used a budget of what it gave, one less or one more, or a part of it."""
    if r.random() > 0.3:
        return
    used = {one["offer"]: one["discount"] for one in price(pack, cart)["offers"] if one["coupon"] is None}
    rows = [row for row in pack["activities"] if used.get(row["code"], 0) > 0]
    if rows:
        row = r.choice(rows)
        discount = used[row["code"]]
        amount = r.choice([discount - 1, discount, discount, discount + 1, discount // 2, discount * 2 // 3])
        row["budget"] = {"amount": max(1, amount)}
