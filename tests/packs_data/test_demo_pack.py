"""The demo pack by itself: its shape, that its codes resolve, and how it moves in time."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.packs import demo
from apps.packs.demo.shift import ANCHOR, FAIR_TZ, shifted

FOLDER = Path(demo.__file__).parent
NOON = datetime(2026, 11, 8, 12, tzinfo=FAIR_TZ)

KINDS_BY_LAYER = {
    "item": {"direct_reduction", "percentage_off", "fixed_price", "flash_sale"},
    "shop": {"threshold", "nth_unit", "buy_n_pay_m", "n_for_price", "bundle_price", "addon_price"},
    "platform": {"threshold", "addon_price"},
    "shipping": {"shipping_off"},
}


@pytest.fixture(scope="module")
def pack() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "pack.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def carts() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / "carts.jsonl").read_text(encoding="utf-8").splitlines()]


def codes(rows: list[dict[str, Any]], key: str = "code") -> list[str]:
    return [row[key] for row in rows]


def activity(pack: dict[str, Any], code: str) -> dict[str, Any]:
    return next(row for row in pack["activities"] if row["code"] == code)


def named(value: Any, *keys: str) -> Iterator[Any]:
    """Every value found anywhere below one of these keys; lists are taken apart."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in keys:
                yield from item if isinstance(item, list) else [item]
            yield from named(item, *keys)
    elif isinstance(value, list):
        for item in value:
            yield from named(item, *keys)


def test_the_fair_has_the_promised_size(pack: dict[str, Any]) -> None:
    catalog = pack["catalog"]
    sizes = {key: len(catalog[key]) for key in catalog}
    assert sizes == {"shops": 3, "categories": 20, "brands": 8, "skus": 200}
    assert [len(pack[key]) for key in ("customers", "activities", "coupon_templates", "claim_campaigns")] == [
        30,
        26,
        11,
        7,
    ]


def test_every_kind_and_layer_of_activities_is_there(pack: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {}
    for row in pack["activities"]:
        found.setdefault(row["layer"], set()).add(row["kind"])
    assert found == KINDS_BY_LAYER
    assert {row["kind"] for row in pack["coupon_templates"]} == {"threshold", "exchange", "shipping_off"}
    assert {row["issuer"] for row in pack["coupon_templates"]} == {"platform", "ziying", "jifeng", "jike"}


def test_codes_and_skus_are_unique(pack: dict[str, Any]) -> None:
    offers = codes(pack["activities"]) + codes(pack["coupon_templates"])
    assert len(offers) == len(set(offers)) == 37
    assert len(set(codes(pack["catalog"]["skus"], "sku"))) == 200
    assert len({row["name"] for row in pack["catalog"]["skus"]}) == 200
    assert len(set(codes(pack["customers"], "id"))) == 30


def test_the_catalogue_resolves_and_is_priced(pack: dict[str, Any]) -> None:
    catalog = pack["catalog"]
    categories = set(codes(catalog["categories"]))
    assert {row["parent"] for row in catalog["categories"] if "parent" in row} <= categories
    for row in catalog["skus"]:
        assert row["shop"] in codes(catalog["shops"])
        assert row["category"] in categories
        assert row["category"] == "giftcard" or row["brand"] in codes(catalog["brands"])
        lowest = row.get("min_price", 0)
        assert lowest <= row.get("floor_price", row["price"]) <= row["price"], row["sku"]
        assert 0 < row["cost"] <= row["price"], row["sku"]


def test_every_code_that_an_offer_names_exists(pack: dict[str, Any]) -> None:
    catalog = pack["catalog"]
    skus = set(codes(catalog["skus"], "sku"))
    offers = [*pack["activities"], *pack["coupon_templates"], *pack["claim_campaigns"]]
    prices_and_sets = [key for table in named(offers, "prices", "per_sku") for key in table]
    components = [
        key for row in offers if row.get("kind") == "bundle_price" for key in row["params"]["items"]
    ]
    assert {*named(offers, "skus", "sku"), *prices_and_sets, *components} <= skus
    assert set(named(offers, "categories")) <= set(codes(catalog["categories"]))
    assert set(named(offers, "brands")) <= set(codes(catalog["brands"]))
    assert set(named(offers, "shop")) <= set(codes(catalog["shops"]))
    assert set(named(offers, "tags")) <= set(named(catalog, "tags"))
    assert set(named(offers, "audiences")) <= set(codes(pack["audiences"]))
    assert set(named(offers, "template")) <= set(codes(pack["coupon_templates"]))
    assert set(named(offers, "event")) == {"d11-2026"}
    bearers = {party for party in named(offers, "party") if party.startswith("brand:")}
    assert {party.removeprefix("brand:") for party in bearers} <= set(codes(catalog["brands"]))


def test_bearers_and_releases_add_up(pack: dict[str, Any]) -> None:
    for row in [*pack["activities"], *pack["coupon_templates"]]:
        if "bearers" in row:
            assert sum(bearer["bps"] for bearer in row["bearers"]) == 10000, row["code"]
    for row in pack["claim_campaigns"]:
        if "releases" in row:
            assert sum(release["quantity"] for release in row["releases"]) == row["quantity"], row["code"]


def test_fixed_coupons_outlast_their_campaigns(pack: dict[str, Any]) -> None:
    until = {
        row["code"]: row["validity"]["until"]
        for row in pack["coupon_templates"]
        if row["validity"]["mode"] == "fixed"
    }
    ends = [
        (row["ends_at"], until[code])
        for row in pack["claim_campaigns"]
        for code in named(row, "template")
        if code in until
    ]
    assert len(ends) == 4
    assert all(campaign < coupon for campaign, coupon in ends)


def test_the_particular_cases_are_there(pack: dict[str, Any]) -> None:
    assert activity(pack, "flash-allday")["stacks_with"] == ["shipping"]
    assert activity(pack, "flash-hourly")["stock"]["per"] == "session"
    assert activity(pack, "newcomer-price")["targeting"] == {"new_customers_only": True}
    assert activity(pack, "beauty-member-9")["targeting"] == {"member_levels": [2, 3, 4, 5]}
    assert activity(pack, "app-phone-100")["targeting"]["channels"] == ["app"]
    pairs = [row["mutex"] for row in pack["activities"] if "mutex" in row]
    assert sorted(pairs) == ["platform-cut", "platform-cut", "snack-choice", "snack-choice"]
    assert {
        row["code"]: row["excluded_from"] for row in pack["catalog"]["categories"] if "excluded_from" in row
    } == {"giftcard": ["activities", "coupons"]}
    placed = set(named(pack["activities"], "placements")) | set(named(pack["claim_campaigns"], "placements"))
    assert placed == {"home", "venue", "list", "product", "cart", "checkout", "coupon_center", "popup"}


def test_flash_sales_price_their_own_skus_and_grouping_kinds_stay_alone(
    pack: dict[str, Any],
) -> None:
    for row in pack["activities"]:
        if row["kind"] in {"nth_unit", "buy_n_pay_m", "n_for_price", "bundle_price"}:
            assert "shop" not in row.get("stacks_with", []), row["code"]
        if row["kind"] == "flash_sale":
            prices = row["params"]["prices"]
            listed = {sku["sku"]: sku for sku in pack["catalog"]["skus"]}
            assert set(row["scope"]["skus"]) == set(row["stock"]["per_sku"]) == set(prices), row["code"]
            assert all(
                listed[sku].get("min_price", 0) <= value < listed[sku]["price"]
                for sku, value in prices.items()
            )


@pytest.mark.parametrize("hour", [0, 7, 19, 23])
def test_today_falls_into_the_middle_of_the_fair(pack: dict[str, Any], hour: int) -> None:
    now = datetime(2031, 3, 5, hour, 59, 59, tzinfo=FAIR_TZ)
    activities = shifted(pack, now)["activities"]
    live = [row for row in activities if row["starts_at"] <= now < row["ends_at"]]
    coming = {row["code"]: row["starts_at"] - now for row in activities if now < row["starts_at"]}
    assert len(live) == (23 if hour >= 20 else 22)
    assert min(coming.values()) < timedelta(hours=24)
    assert {"socks-9-9", "phone-launch", "flash-final"} <= set(coming)
    teasers = [row for row in activities if row.get("visible_from", now) < now < row["starts_at"]]
    assert len(teasers) == (3 if hour >= 20 else 4)
    assert not [row["code"] for row in activities if row["ends_at"] <= now + timedelta(hours=10)]


def test_shifting_moves_whole_days_and_keeps_local_hours(pack: dict[str, Any]) -> None:
    before = activity(pack, "audio-85")
    after = activity(shifted(pack, datetime(2027, 2, 27, 23, 30, tzinfo=FAIR_TZ)), "audio-85")
    assert after["starts_at"] == datetime(2027, 2, 27, 20, tzinfo=FAIR_TZ)
    assert after["visible_from"] == datetime(2027, 2, 26, tzinfo=FAIR_TZ)
    assert after["ends_at"] - after["starts_at"] == before["ends_at"] - before["starts_at"]
    assert before["starts_at"] == datetime(2026, 11, 8, 20, tzinfo=FAIR_TZ), "the pack given stays as it was"


def test_shifting_treats_text_as_it_treats_datetimes() -> None:
    row = {
        "starts_at": "2026-11-08T20:00:00+08:00",
        "until": datetime(2026, 11, 8, 12, tzinfo=UTC),
        "schedule": {"sessions": [{"from": "10:00", "to": "12:00"}]},
        "rule": {"all": [{"field": "registered_at", "op": "gte", "value": "2026-10-25T00:00:00+08:00"}]},
        "code": "d11-2026",
        "name": "2026-11-08",
        "quantity": 2026,
    }
    assert shifted(row, datetime(2026, 11, 12, 1, tzinfo=FAIR_TZ)) == {
        "starts_at": "2026-11-12T20:00:00+08:00",
        "until": datetime(2026, 11, 12, 12, tzinfo=UTC),
        "schedule": {"sessions": [{"from": "10:00", "to": "12:00"}]},
        "rule": {"all": [{"field": "registered_at", "op": "gte", "value": "2026-10-29T00:00:00+08:00"}]},
        "code": "d11-2026",
        "name": "2026-11-08",
        "quantity": 2026,
    }


def test_the_day_is_that_of_the_fair_not_of_utc(pack: dict[str, Any]) -> None:
    assert date(2026, 11, 8) == ANCHOR
    assert shifted(pack, NOON) == pack
    late_in_utc = datetime(2026, 11, 7, 16, 30, tzinfo=UTC)
    assert shifted(pack, late_in_utc) == pack
    with pytest.raises(ValueError, match="time zone"):
        shifted(pack, datetime(2026, 11, 8, 12))  # noqa: DTZ001


def test_carts_use_what_the_pack_has(pack: dict[str, Any], carts: list[dict[str, Any]]) -> None:
    assert len(carts) == 9
    assert set(named(carts, "sku")) <= set(codes(pack["catalog"]["skus"], "sku"))
    assert {cart["customer"] for cart in carts} <= set(codes(pack["customers"], "id"))
    coupons = {
        coupon for cart in carts if cart.get("coupons") != "auto" for coupon in cart.get("coupons", [])
    }
    assert {coupon.removeprefix("template:") for coupon in coupons} <= set(codes(pack["coupon_templates"]))
    offers = codes(pack["activities"]) + codes(pack["coupon_templates"])
    assert {prefer for cart in carts for prefer in cart.get("prefer", [])} <= set(offers)
    for cart in carts:
        assert datetime.fromisoformat(cart["as_of"]).astimezone(FAIR_TZ).date() == ANCHOR
        assert [line["line"] for line in cart["lines"]] == [str(n) for n in range(1, len(cart["lines"]) + 1)]


def test_the_accounts_of_the_demo() -> None:
    accounts = yaml.safe_load((FOLDER / "accounts.yaml").read_text(encoding="utf-8"))["accounts"]
    assert {row["username"]: row["role"] for row in accounts} == {
        "operator": "operator",
        "operator2": "operator",
        "approver": "approver",
        "approver2": "approver",
        "service": "customer_service",
        "analyst": "analyst",
        "auditor": "auditor",
        "admin": "administrator",
        "admin2": "administrator",
    }
