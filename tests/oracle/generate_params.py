"""The parameters of a generated offer: tiers, groups, prices and caps around the amounts that matter."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.oracle.candidates import in_scope
from tests.oracle.model import read_activity, read_case, read_template
from tests.oracle.quote import price

Json = dict[str, Any]


class Metric:
    """Amounts and quantities that are about to matter: sums of what the offer would see, give or take one."""

    def __init__(self, r: Random, pack: Json, cart: Json, row: Json, *, by_coupon: bool, easy: bool) -> None:
        self.r, self.easy = r, easy
        offer = read_template(row, row["code"]) if by_coupon else read_activity(row)
        self.lines = [line for line in read_case(pack, cart).lines if in_scope(offer, line)]
        self.skus = sorted({line.code for line in self.lines}) or ["A"]
        quote = price(pack, cart) if r.random() < 0.5 else None
        nets = {one["line"]: one["net_amount"] for one in quote["lines"]} if quote else {}
        self.net = sum(nets.get(line.line, line.quantity * line.price) for line in self.lines)
        self.units = sum(line.quantity for line in self.lines)

    def near(self, amount: int, least: int = 1) -> int:
        """The amount itself, one off it, or a share of it; soon met where the pack is an easy one."""
        r = self.r
        if self.easy and r.random() < 0.7:
            return max(least, r.choice([amount // 3, amount // 5, 1]))
        exact = [amount, amount, amount - 1, amount + 1]
        parts = [amount // 2, amount // 3, amount * 2 // 3, amount * 9 // 10]
        return max(least, r.choice(exact if r.random() < 0.5 else parts))

    def small(self) -> int:
        """A discount: mostly a part of the amount, sometimes more than all of it."""
        r = self.r
        if not self.easy and r.random() < 0.12:
            return self.net + r.choice([0, 1, 1000]) or 1
        if self.easy:
            return max(1, r.choice([1, 2, 3, 5, 7, self.net // 10, self.net // 13, self.net // 7]))
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
    return {row["sku"]: max(0, r.choice(special_prices(row))) for row in chosen}


def special_prices(sku: Json) -> list[int]:
    """Half, one less, nothing, too much; and about the minimum price where there is one."""
    amount = sku["price"]
    least = sku.get("min_price", amount // 2)
    return [amount // 2, amount - 1, 0, 1, amount + 1, least, least - 1, least // 2]


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
    how: Json = (
        {"free": True} if r.random() < 0.4 else {"value": r.choice([1, 100, 300, 500, 600, 1000, 5000])}
    )
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
