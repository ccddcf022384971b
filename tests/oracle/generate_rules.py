"""Who may use a generated offer, when, on what goods, beside what, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.oracle.model import LAYERS

Json = dict[str, Any]

NO_SAME_LAYER = ("nth_unit", "buy_n_pay_m", "n_for_price", "bundle_price")
SESSIONS = [
    [{"from": "10:00", "to": "12:00"}],
    [{"from": "08:00", "to": "10:00"}],
    [{"from": "22:00", "to": "01:00"}],
    [{"from": "22:00", "to": "10:00"}, {"from": "10:00", "to": "10:01"}],
    [{"from": "12:00", "to": "12:00"}],
    [{"from": "00:00", "to": "23:59"}],
]


@dataclass(frozen=True)
class Mood:
    """What a pack is like: fussy about who and when, friendly to every other offer, easily met."""

    fussy: bool = False
    friendly: bool = False
    easy: bool = False


def make_window(r: Random, cart: Json, mood: Mood) -> Json:
    """Mostly open; at times it opens or ends at this very instant."""
    now = datetime.fromisoformat(cart["as_of"])
    second = timedelta(seconds=1)
    starts, ends = now - timedelta(days=10), now + timedelta(days=10)
    if mood.fussy and r.random() < 0.2:
        starts, ends = r.choice([(now, ends), (now + second, ends), (starts, now), (starts, now + second)])
    window: Json = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
    if mood.fussy and r.random() < 0.2:
        window["schedule"] = {
            "tz": r.choice(["Asia/Shanghai", "Asia/Shanghai", "UTC", "Asia/Kathmandu"]),
            "days": r.choice([[1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [3], [2, 3], [6, 7]]),
            "sessions": r.choice(SESSIONS),
        }
    return window


def make_validity(r: Random, mood: Mood) -> Json:
    if not mood.fussy or r.random() < 0.6:
        return {"mode": "relative", "delay_days": r.choice([0, 0, 1]), "days": 7}
    start = "2026-11-01T00:00:00+08:00"
    ends = ["2026-12-01T00:00:00+08:00"] * 6 + ["2026-11-11T10:00:00+08:00", "2026-11-11T02:00:01+00:00"]
    return {"mode": "fixed", "from": start, "until": r.choice(ends)}


def make_rules(r: Random, pack: Json, layer: str, kind: str, mood: Mood) -> Json:
    rules: Json = {}
    if r.random() < 0.55:
        rules["priority"] = r.choice([0, 1, 1, 2, 5, -1])
    if r.random() < (0.6 if mood.fussy else 0.35):
        rules["scope"] = make_scope(r, pack)
    if mood.friendly:
        rules["stacks_with"] = stackable(kind)
    elif r.random() < 0.6:
        rules["stacks_with"] = make_stacking(r, layer, kind)
    if r.random() < 0.12:
        rules["mutex"] = r.choice(["m1", "m1", "m2"])
    if mood.fussy and r.random() < 0.35:
        rules["targeting"] = make_targeting(r)
    return rules


def make_scope(r: Random, pack: Json) -> Json:
    if r.random() < 0.2:
        return {"mode": "all"}
    if r.random() < 0.3:
        return {"mode": "exclude", **make_lists(r, pack)}
    scope = {"mode": "include", **make_lists(r, pack)}
    if r.random() < 0.25:
        scope["except"] = make_lists(r, pack)
    return scope


def make_lists(r: Random, pack: Json) -> Json:
    catalog = pack["catalog"]
    skus = [row["sku"] for row in catalog["skus"] if row["sku"] != "G"]
    lists: Json = {
        "skus": r.sample(skus, r.randint(1, len(skus))),
        "categories": [r.choice([row["code"] for row in catalog["categories"]])],
        "brands": [r.choice(["b1", "b2"])],
        "tags": [r.choice(["new", "hot", "old"])],
        "shops": [r.choice([row["code"] for row in catalog["shops"]])],
    }
    weights = [6, 3, 2, 2, 1]
    names = set(r.choices(list(lists), weights, k=r.choice([1, 1, 2])))
    return {name: lists[name] for name in lists if name in names}


def make_stacking(r: Random, layer: str, kind: str) -> list[str]:
    """Every layer, its own included, all but one, a few, or none; what groups units may not name `shop`."""
    everything = list(LAYERS)
    refused = r.choice(everything)
    chosen = r.choice(
        [
            everything,
            everything,
            everything,
            [name for name in everything if name != refused],
            [name for name in everything if name not in (layer, refused)],
            r.sample(everything, 3),
            [],
        ]
    )
    return [name for name in chosen if name in stackable(kind)]


def stackable(kind: str) -> list[str]:
    return [name for name in LAYERS if not (name == "shop" and kind in NO_SAME_LAYER)]


def make_targeting(r: Random) -> Json:
    lists: Json = {
        "audiences": r.choice([["ruled"], ["listed"], ["ruled", "listed"]]),
        "member_levels": r.choice([[3], [1, 2], [1, 3]]),
        "new_customers_only": r.choice([True, False]),
        "channels": [r.choice(["app", "web"])],
        "terminals": r.choice([["ios"], ["ios", "pc"]]),
        "regions": [r.choice(["bj", "sh"])],
    }
    names = r.sample(list(lists), r.choice([1, 1, 2]))
    return {name: lists[name] for name in names}


def make_bounds(r: Random, pack: Json, layer: str, params: Json, mood: Mood) -> Json:
    """Limits, stock, budget and holdout of an activity."""
    bounds: Json = {}
    limits: Json = {}
    unit_limits = (
        "per_order_units",
        "per_customer_units",
        "per_customer_sku_units",
        "per_customer_per_day_units",
    )
    if layer == "item" and r.random() < 0.45:
        limits |= {name: r.randint(1, 4) for name in r.sample(unit_limits, r.choice([1, 1, 2]))}
    if r.random() < 0.06:
        orders = ("per_customer_orders", "per_customer_per_day_orders", "total_orders")
        limits[r.choice(orders)] = r.randint(1, 2)
    if limits:
        bounds["limits"] = {**limits, "per": r.choice(["activity", "day", "session"])}
    stock = make_stock(r, pack, layer, params)
    if stock:
        bounds["stock"] = stock
    if layer == "item" and r.random() < 0.12:
        bounds["budget"] = {"amount": r.choice([1, 10, 100, 500, 3000])}
    if mood.fussy and r.random() < 0.05:
        bounds |= {"holdout_bps": 10000, "targeting": {"audiences": ["listed", "ruled"]}}
    return bounds


def make_stock(r: Random, pack: Json, layer: str, params: Json) -> Json:
    if layer == "item":
        stock: Json = {}
        if r.random() < 0.2:
            stock["total"] = r.choice([0, 1, 2, 3, 5, 8])
        if r.random() < 0.2:
            skus = [row["sku"] for row in pack["catalog"]["skus"]]
            stock["per_sku"] = {sku: r.randint(0, 4) for sku in r.sample(skus, min(2, len(skus)))}
        return stock
    gifts = any("gifts" in tier["benefit"] for tier in params.get("tiers", []))
    return {"per_sku": {"G": r.choice([0, 1, 2, 5])}} if gifts and r.random() < 0.6 else {}
