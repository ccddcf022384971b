"""The offers of a generated pack: every kind in every layer that allows it, valid by the pack's own rules."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.oracle.candidates import in_scope
from tests.oracle.generate_rules import make_bounds, make_rules, make_validity, make_window, stackable
from tests.oracle.model import LAYERS, read_activity, read_case, read_template
from tests.oracle.quote import price

Json = dict[str, Any]

# Code points, not words: capitals before "_" before small letters, digits before both.
CODES = ["a", "B", "a1", "Z", "_x", "0", "a-", "A", "b", "~", "9z", "a.b"]
GROUPING = ("nth_unit", "buy_n_pay_m", "n_for_price", "bundle_price")
KINDS = {
    "item": ["direct_reduction", "percentage_off", "percentage_off", "fixed_price", "flash_sale"],
    "shop": ["threshold", "threshold", *GROUPING, "addon_price", "addon_price"],
    "platform": ["threshold", "threshold", "threshold", "addon_price", "addon_price"],
    "shop_coupon": ["threshold", "threshold", "exchange"],
    "platform_coupon": ["threshold", "threshold", "exchange"],
    "shipping": ["shipping_off"],
}
MIXES = {
    "any": ["item", "item", "shop", "shop", "shop", "platform", "platform", *LAYERS],
    "items": ["item", "item", "item", "item", "shop", "platform"],
    "splits": ["shop", "shop", "platform", "platform", "shop_coupon", "platform_coupon"],
    "coupons": ["shop_coupon", "platform_coupon", "shipping", "shop", "item"],
    "shipping": ["shipping", "shipping", "platform", "shop", "item"],
}


def add_offers(r: Random, pack: Json, cart: Json) -> None:
    pack["activities"], pack["coupon_templates"] = [], []
    mix, fussy, friendly = MIXES[r.choice(list(MIXES))], r.random() < 0.35, r.random() < 0.4
    for code in r.sample(CODES, r.choice([1, 2, 3, 3, 4, 4, 5, 5, 6, 7])):
        layer = r.choice(mix)
        by_coupon = layer.endswith("coupon") or (layer == "shipping" and r.random() < 0.5)
        row = make_offer(r, pack, cart, code, layer, by_coupon=by_coupon, fussy=fussy)
        if friendly:  # Everything stacks, its own layer included, as far as its kind may.
            row["stacks_with"] = stackable(row["kind"])
        pack["coupon_templates" if by_coupon else "activities"].append(row)
    add_reward_template(r, pack)


def add_reward_template(r: Random, pack: Json) -> None:
    """The template that reward coupons name, where one does."""
    rows = [*pack["activities"], *pack["coupon_templates"]]
    benefits = [tier["benefit"] for row in rows for tier in row["params"].get("tiers", [])]
    if any("coupons" in benefit for benefit in benefits):
        pack["coupon_templates"].append(
            {
                "code": "reward",
                "name": "reward",
                "issuer": "platform",
                "kind": "threshold",
                "params": {"metric": "amount", "tiers": [{"at": 1, "benefit": {"amount_off": 1}}]},
                "validity": make_validity(r, True),
            }
        )


def make_offer(
    r: Random, pack: Json, cart: Json, code: str, layer: str, *, by_coupon: bool, fussy: bool
) -> Json:
    shops = [row["code"] for row in pack["catalog"]["shops"]]
    kind = r.choice(KINDS[layer])
    row: Json = {"code": code, "name": code, "kind": kind, "params": {}}
    if by_coupon:
        one_shop = layer == "shop_coupon" or (layer == "shipping" and r.random() < 0.5)
        row["issuer"] = r.choice(shops) if one_shop else "platform"
        row["validity"] = make_validity(r, fussy)
    else:
        row |= {"layer": layer, **make_window(r, cart, fussy)}
        if layer == "shop":
            row["shop"] = r.choice(shops)
    row |= make_rules(r, pack, layer, kind, fussy)
    if kind == "threshold" and r.random() < 0.3:
        row["basis"] = r.choice(["item", "item", "running"])
    metric = Metric(r, pack, cart, row, by_coupon=by_coupon)
    row["params"] = PARAMS[kind](r, pack, metric)
    if not by_coupon:
        row |= make_bounds(r, pack, layer, row["params"], fussy)
    return row


class Metric:
    """Amounts and quantities that are about to matter: sums of what the offer would see, give or take one."""

    def __init__(self, r: Random, pack: Json, cart: Json, row: Json, *, by_coupon: bool) -> None:
        self.r = r
        offer = read_template(row, row["code"]) if by_coupon else read_activity(row)
        self.lines = [line for line in read_case(pack, cart).lines if in_scope(offer, line)]
        self.skus = sorted({line.code for line in self.lines}) or ["A"]
        quote = price(pack, cart) if r.random() < 0.5 else None
        nets = {one["line"]: one["net_amount"] for one in quote["lines"]} if quote else {}
        self.net = sum(nets.get(line.line, line.quantity * line.price) for line in self.lines)
        self.units = sum(line.quantity for line in self.lines)

    def near(self, amount: int, least: int = 1) -> int:
        """The amount itself, one off it, or a share of it."""
        r = self.r
        exact = [amount, amount, amount - 1, amount + 1]
        parts = [amount // 2, amount // 3, amount * 2 // 3, amount * 9 // 10]
        return max(least, r.choice(exact if r.random() < 0.5 else parts))

    def small(self) -> int:
        """A discount: mostly a part of the amount, sometimes more than all of it."""
        r = self.r
        if r.random() < 0.12:
            return self.net + r.choice([0, 1, 1000]) or 1
        return max(1, r.choice([1, 2, 7, self.net // 10, self.net // 7, self.net // 3, self.net // 2]))

    def price(self) -> int:
        return self.r.choice(self.lines).price if self.lines else 100


def bps(r: Random) -> int:
    return r.choice([1, 333, 500, 1000, 1500, 2000, 3333, 5000, 5000, 9999, 10000])


def make_rate(r: Random, pack: Json, metric: Metric) -> Json:
    params: Json = {"bps": bps(r)}
    if r.random() < 0.3:
        params["round_to"] = r.choice([1, 10, 100])
    return params


def make_fixed(r: Random, pack: Json, metric: Metric) -> Json:
    if r.random() < 0.6:
        return {"value": max(1, metric.near(metric.price()))}
    return {"prices": some_prices(r, pack)}


def some_prices(r: Random, pack: Json) -> dict[str, int]:
    rows = [row for row in pack["catalog"]["skus"] if row["sku"] != "G"]
    chosen = r.sample(rows, r.randint(1, min(2, len(rows))))
    return {
        row["sku"]: max(0, r.choice([row["price"] // 2, row["price"] - 1, 0, 1, row["price"] + 1, 99]))
        for row in chosen
    }


def make_threshold(r: Random, pack: Json, metric: Metric) -> Json:
    amounts = r.random() < 0.7
    top = metric.net if amounts else metric.units
    params: Json = {"metric": "amount" if amounts else "quantity"}
    if r.random() < 0.2:
        at = max(1, r.choice([metric.near(top), top // 2, top // 3, 1]))
        params |= {"tiers": [{"at": at, "benefit": {"amount_off": metric.small()}}], "repeat": True}
        if r.random() < 0.6:
            params["max_times"] = r.randint(1, 4)
        return params
    steps = {0 if r.random() < 0.1 else metric.near(top) for _ in range(r.choice([1, 1, 1, 2, 3]))}
    params["tiers"] = make_tiers(r, metric, sorted(steps))
    r.shuffle(params["tiers"])
    if r.random() < 0.2:
        params["repeat"] = False
    return params


def make_tiers(r: Random, metric: Metric, steps: list[int]) -> list[Json]:
    """Tiers of one style, none giving less than the one below it."""
    style = r.choice(["amount", "amount", "rate", "rate", "neither"])
    capped, rewarded = r.random() < 0.4, style == "neither" or r.random() < 0.12
    values = sorted(metric.small() if style == "amount" else bps(r) for _ in steps)
    caps = sorted(metric.small() for _ in steps)
    base = make_rewards(r) if rewarded else {}
    tiers = []
    for at, value, cap in zip(steps, values, caps, strict=True):
        benefit: Json = dict(base)
        if style == "amount":
            benefit["amount_off"] = value
        elif style == "rate":
            benefit |= {"percentage_off": value, **({"max": cap} if capped else {})}
        tiers.append({"at": at, "benefit": benefit})
    return tiers


def make_rewards(r: Random) -> Json:
    rewards: Json = {
        "gifts": [{"sku": "G", "quantity": r.randint(1, 3)}],
        "coupons": [{"template": "reward", "quantity": r.randint(1, 2)}],
        "points": r.choice([1, 100]),
    }
    names = r.sample(list(rewards), r.choice([1, 1, 2]))
    return {name: rewards[name] for name in names}


def make_nth(r: Random, pack: Json, metric: Metric) -> Json:
    return {"n": r.choice([2, 2, 3, 4]), "bps": bps(r), **same_sku(r)}


def make_buy_n(r: Random, pack: Json, metric: Metric) -> Json:
    n = r.choice([2, 3, 3, 4])
    return {"n": n, "m": r.randint(1, n - 1), **same_sku(r)}


def make_n_for(r: Random, pack: Json, metric: Metric) -> Json:
    n = r.choice([2, 2, 3, 4])
    whole = n * metric.price()
    return {
        "n": n,
        "value": max(1, r.choice([whole, whole - 1, whole // 2, whole * 3 // 4, 1])),
        **same_sku(r),
    }


def same_sku(r: Random) -> Json:
    return {"same_sku": r.choice([True, False])} if r.random() < 0.5 else {}


def make_bundle(r: Random, pack: Json, metric: Metric) -> Json:
    items = {
        sku: r.choice([1, 1, 2]) for sku in r.sample(metric.skus, r.randint(1, min(3, len(metric.skus))))
    }
    whole = sum(line.price * items.get(line.code, 0) for line in metric.lines)
    params: Json = {"items": items, "value": max(1, r.choice([whole - 1, whole // 2, whole * 3 // 4, whole]))}
    if r.random() < 0.4:
        params["max_times"] = r.randint(1, 2)
    return params


def make_addon(r: Random, pack: Json, metric: Metric) -> Json:
    prices = some_prices(r, pack)
    others = sum(line.quantity * line.price for line in metric.lines if line.code not in prices)
    params: Json = {"at": metric.near(others), "prices": prices}
    if r.random() < 0.6:
        params["max_units"] = r.randint(1, 3)
    return params


def make_exchange(r: Random, pack: Json, metric: Metric) -> Json:
    params: Json = {
        "sku": r.choice(metric.skus),
        "value": r.choice([0, 0, 1, metric.near(metric.price(), 0)]),
    }
    if r.random() < 0.8:
        params["max_units"] = r.randint(1, 3)
    return params


def make_shipping(r: Random, pack: Json, metric: Metric) -> Json:
    at = r.choice([0, metric.near(metric.net), metric.near(metric.net)])
    how: Json = {"free": True} if r.random() < 0.4 else {"value": r.choice([1, 300, 600, 1000, 5000])}
    return {"at": at, **how}


PARAMS: dict[str, Callable[[Random, Json, Metric], Json]] = {
    "direct_reduction": lambda r, pack, metric: {"value": max(1, metric.near(metric.price()))},
    "percentage_off": make_rate,
    "fixed_price": make_fixed,
    "flash_sale": make_fixed,
    "threshold": make_threshold,
    "nth_unit": make_nth,
    "buy_n_pay_m": make_buy_n,
    "n_for_price": make_n_for,
    "bundle_price": make_bundle,
    "addon_price": make_addon,
    "exchange": make_exchange,
    "shipping_off": make_shipping,
}
