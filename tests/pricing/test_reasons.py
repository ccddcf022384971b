"""Why an offer did not apply: the reason a shopper can act on comes first."""

from __future__ import annotations

from typing import Any

from apps.packs.carts import quote_raw


def tier_offer(code: str, at: int, off: int) -> dict[str, Any]:
    return {
        "code": code,
        "name": code,
        "layer": "shop",
        "shop": "S1",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": at, "benefit": {"amount_off": off}}]},
        "starts_at": "2026-11-01T00:00:00+08:00",
        "ends_at": "2026-12-01T00:00:00+08:00",
    }


def not_applied(*offers: dict[str, Any], quantity: int) -> list[dict[str, Any]]:
    goods = {"shops": [{"code": "S1"}], "skus": [{"sku": "A", "name": "A", "shop": "S1", "price": 10_000}]}
    pack = {"pack": 1, "currency": "CNY", "catalog": goods, "activities": list(offers)}
    cart = {
        "currency": "CNY",
        "as_of": "2026-11-11T10:00:00+08:00",
        "lines": [{"line": "1", "sku": "A", "quantity": quantity}],
    }
    return quote_raw(pack, cart)["not_applied"]


def test_an_excluded_offer_whose_threshold_is_not_met_either_says_what_is_missing() -> None:
    answer = not_applied(
        tier_offer("full-100-10", 10_000, 1_000), tier_offer("full-400-60", 40_000, 6_000), quantity=3
    )

    assert answer == [
        {
            "offer": "full-400-60",
            "coupon": None,
            "reason": "threshold_not_met",
            "gap": 10_000,
            "metric": "amount",
        }
    ]


def test_an_excluded_offer_that_would_apply_alone_names_what_excludes_it() -> None:
    answer = not_applied(
        tier_offer("full-100-10", 10_000, 1_000), tier_offer("full-200-5", 20_000, 500), quantity=3
    )

    assert answer == [
        {"offer": "full-200-5", "coupon": None, "reason": "excluded_by", "codes": ["full-100-10"]}
    ]
