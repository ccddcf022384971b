"""The offers of a generated pack: every kind in every layer that allows it, valid by the pack's own rules."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.generate_params import PARAMS, Metric
from tests.oracle.generate_rules import Mood, make_bounds, make_rules, make_validity, make_window
from tests.oracle.model import LAYERS

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
    "shipping": ["shipping", "shipping", "shipping", "platform", "shop", "item"],
    "piles": ["platform", "platform", "platform", "shop", "platform_coupon", "platform_coupon"],
    "shops": ["shop_coupon", "shop_coupon", "shop_coupon", "shop", "shop", "platform_coupon", "item"],
}


def add_offers(r: Random, pack: Json, cart: Json) -> None:
    pack["activities"], pack["coupon_templates"] = [], []
    name = r.choice(list(MIXES))
    piles = name == "piles"
    mood = Mood(
        fussy=not piles and r.random() < 0.35,
        friendly=piles or r.random() < 0.4,
        easy=piles or r.random() < 0.2,
    )
    if name == "shipping":
        cart["shipping_fee"] = r.choice([600, 1000, 1200])
    for code in r.sample(CODES, r.choice([1, 2, 3, 3, 4, 4, 5, 5, 6, 7])):
        add_offer(r, pack, cart, code, r.choice(MIXES[name]), mood)
    add_reward_template(r, pack)


def add_offer(r: Random, pack: Json, cart: Json, code: str, layer: str, mood: Mood) -> None:
    by_coupon = layer.endswith("coupon") or (layer == "shipping" and r.random() < 0.5)
    row = make_offer(r, pack, cart, code, layer, mood, by_coupon=by_coupon)
    pack["coupon_templates" if by_coupon else "activities"].append(row)


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
                "validity": make_validity(r, Mood(fussy=True)),
            }
        )


def make_offer(
    r: Random, pack: Json, cart: Json, code: str, layer: str, mood: Mood, *, by_coupon: bool
) -> Json:
    shops = [row["code"] for row in pack["catalog"]["shops"]]
    kind = r.choice(KINDS[layer])
    row: Json = {"code": code, "name": code, "kind": kind, "params": {}}
    if by_coupon:
        one_shop = layer == "shop_coupon" or (layer == "shipping" and r.random() < 0.5)
        row["issuer"] = r.choice(shops) if one_shop else "platform"
        row["validity"] = make_validity(r, mood)
    else:
        row |= {"layer": layer, **make_window(r, cart, mood)}
        if layer == "shop":
            row["shop"] = r.choice(shops)
    row |= make_rules(r, pack, layer, kind, mood)
    if kind == "threshold" and r.random() < 0.3:
        row["basis"] = r.choice(["item", "item", "running"])
    metric = Metric(r, pack, cart, row, by_coupon=by_coupon, easy=mood.easy)
    row["params"] = PARAMS[kind](r, pack, metric)
    if not by_coupon:
        row |= make_bounds(r, pack, layer, row["params"], mood)
    return row
