"""From documents to the offers that the engine prices with."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from apps.offers.compile import compile_activity, compile_template
from apps.offers.documents import read_activity, read_template
from apps.pricing.kinds import kind_from_json
from apps.pricing.layers import Layer
from apps.pricing.offer import ANYONE, UNLIMITED, Limits, Owner, Span, Stock, Targeting
from apps.pricing.schedule import Schedule, Session
from apps.pricing.scope import EVERYTHING, Scope, ScopeMode, SkuSet
from tests.offers.documents import activity, flash, read, template

QUOTES = Path(__file__).parent.parent / "data/quotes.jsonl"


def test_a_plain_activity() -> None:
    offer = compile_activity(read(read_activity, activity())[0])
    assert (offer.code, offer.name, offer.layer, offer.owner) == (
        "full-100-10",
        "满100减10",
        Layer.PLATFORM,
        Owner.ACTIVITY,
    )
    assert offer.kind == kind_from_json("threshold", activity()["params"])
    assert (offer.starts_at, offer.ends_at) == (
        datetime(2026, 11, 10, 12, tzinfo=UTC),
        datetime(2026, 11, 11, 16, tzinfo=UTC),
    )
    assert (offer.scope, offer.targeting, offer.limits, offer.shop) == (EVERYTHING, ANYONE, UNLIMITED, None)
    assert (offer.basis_item, offer.budget_amount, offer.schedule, offer.guarded) == (
        False,
        None,
        None,
        False,
    )
    assert offer.stacks_with == frozenset(Layer) - {Layer.PLATFORM}


def test_everything_that_an_activity_says_reaches_the_offer() -> None:
    raw = flash(
        priority=7,
        mutex="one-of-two",
        visible_from="2026-11-09T00:00:00+08:00",
        scope={"mode": "include", "categories": ["c1"], "tags": ["new"], "except": {"skus": ["A"]}},
        targeting={
            "audiences": ["vip"],
            "member_levels": [3],
            "new_customers_only": True,
            "regions": ["上海"],
        },
        schedule={"tz": "Asia/Shanghai", "days": [1], "sessions": [{"from": "20:00", "to": "02:00"}]},
        holdout_bps=500,
        stacks_with=["shipping"],
        limits={"per_customer_units": 2, "total_orders": 9, "per": "session"},
        stock={"total": 5, "per_sku": {"B": 1}, "per": "day"},
        budget={"amount": 100, "stop_below": 10},
        display={"badge": "秒杀", "teaser": "hidden"},
        placements=["cart", "home"],
    )
    offer = compile_activity(read(read_activity, raw)[0])
    assert offer.scope == Scope(
        ScopeMode.INCLUDE,
        SkuSet(categories=frozenset({"c1"}), tags=frozenset({"new"})),
        SkuSet(skus=frozenset({"A"})),
    )
    assert offer.targeting == Targeting(
        audiences=frozenset({"vip"}),
        member_levels=frozenset({3}),
        new_customers_only=True,
        regions=frozenset({"上海"}),
    )
    assert offer.schedule == Schedule(
        ZoneInfo("Asia/Shanghai"), frozenset({1}), (Session(time(20), time(2)),)
    )
    assert offer.limits == Limits(per_customer_units=2, total_orders=9, per=Span.SESSION)
    assert offer.stock == Stock(5, {"B": 1}, Span.DAY)
    assert (offer.priority, offer.mutex, offer.holdout_bps) == (7, "one-of-two", 500)
    assert (offer.budget_amount, offer.stop_below) == (100, 10)
    assert offer.stacks_with == frozenset({Layer.SHIPPING})
    assert offer.visible_from == datetime(2026, 11, 8, 16, tzinfo=UTC)
    assert offer.display == {"badge": "秒杀", "teaser": "hidden"}
    assert offer.placements == ("home", "cart")


def test_a_template_finds_its_layer_by_issuer_and_kind() -> None:
    free = {"kind": "shipping_off", "params": {"free": True}}
    offers = [
        compile_template(read(read_template, raw)[0])
        for raw in (template(), template(issuer="S1"), template(**free), template(issuer="S1", **free))
    ]
    assert [(offer.layer, offer.shop) for offer in offers] == [
        (Layer.PLATFORM_COUPON, None),
        (Layer.SHOP_COUPON, "S1"),
        (Layer.SHIPPING, None),
        (Layer.SHIPPING, "S1"),
    ]
    assert all(offer.is_coupon and offer.budget_amount is None for offer in offers)


def test_a_template_has_no_window_and_no_budget_of_its_own() -> None:
    validity = {"mode": "fixed", "from": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z"}
    raw = template(validity=validity, budget={"amount": 1}, basis="item")
    offer = compile_template(read(read_template, raw)[0])
    assert (offer.starts_at, offer.ends_at, offer.budget_amount, offer.basis_item) == (None, None, None, True)


def test_compiling_a_stored_document_gives_the_same_offer() -> None:
    compared = 0
    for line in QUOTES.read_text(encoding="utf-8").splitlines():
        for raw in json.loads(line)["pack"].get("activities", []):
            content = read(read_activity, raw)[0]
            one, other = compile_activity(content), compile_activity(json.loads(json.dumps(content)))
            assert all(getattr(one, name) == getattr(other, name) for name in one.__slots__), content["code"]
            compared += 1
    assert compared == 48
