"""What a document looks like once it is read: every default filled in, the same for the same meaning."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.offers.documents import (
    content_hash,
    read_activity,
    read_campaign,
    read_event,
    read_template,
)
from apps.pricing.faults import Findings, Reader, Reference
from tests.offers.documents import activity, campaign, flash, read, template

ROOT = Path(__file__).parent.parent
NO_LISTS: dict[str, Any] = {"skus": [], "categories": [], "brands": [], "tags": [], "shops": []}
ANYONE = {
    "audiences": [],
    "member_levels": [],
    "new_customers_only": False,
    "channels": [],
    "terminals": [],
    "regions": [],
}


def packs() -> list[Any]:
    demo = yaml.safe_load((ROOT.parent / "apps/packs/demo/pack.yaml").read_text(encoding="utf-8"))
    lines = (ROOT / "data/quotes.jsonl").read_text(encoding="utf-8").splitlines()
    return [demo, *(json.loads(line)["pack"] for line in lines)]


def test_an_activity_gets_every_default() -> None:
    content, faults = read(read_activity, activity())
    assert faults == []
    assert content == {
        "code": "full-100-10",
        "name": "满100减10",
        "layer": "platform",
        "shop": None,
        "kind": "threshold",
        "params": {
            "metric": "amount",
            "tiers": [{"at": 10000, "benefit": {"amount_off": 1000}}],
            "repeat": False,
        },
        "basis": "running",
        "priority": 0,
        "stacks_with": ["item", "shop", "shop_coupon", "platform_coupon", "shipping"],
        "mutex": None,
        "starts_at": "2026-11-10T12:00:00+00:00",
        "ends_at": "2026-11-11T16:00:00+00:00",
        "schedule": None,
        "visible_from": None,
        "event": None,
        "scope": {"mode": "all", **NO_LISTS, "except": NO_LISTS},
        "targeting": ANYONE,
        "holdout_bps": 0,
        "limits": {
            "per_customer_units": None,
            "per_customer_sku_units": None,
            "per_order_units": None,
            "per_customer_per_day_units": None,
            "per_customer_orders": None,
            "per_customer_per_day_orders": None,
            "total_orders": None,
            "per": "activity",
        },
        "stock": {"total": None, "per_sku": {}, "per": "activity"},
        "budget": {"amount": None, "stop_below": 0},
        "bearers": [],
        "display": {
            "title": None,
            "badge": None,
            "rules": None,
            "image": None,
            "link": None,
            "sort": 0,
            "teaser": "price",
        },
        "placements": [],
        "goals": [],
        "clawback": "waive",
        "restock": False,
    }


def test_a_template_gets_every_default() -> None:
    content, faults = read(read_template, template())
    assert faults == []
    assert content == {
        "code": "coupon-100-10",
        "name": "满100减10券",
        "issuer": "platform",
        "kind": "threshold",
        "params": {
            "metric": "amount",
            "tiers": [{"at": 10000, "benefit": {"amount_off": 1000}}],
            "repeat": False,
        },
        "scope": {"mode": "all", **NO_LISTS, "except": NO_LISTS},
        "basis": "running",
        "priority": 0,
        "stacks_with": ["item", "shop", "platform", "shop_coupon", "shipping"],
        "mutex": None,
        "validity": None,
        "budget": {"amount": None, "quantity": None},
        "targeting": ANYONE,
        "bearers": [],
        "return_grace_hours": 0,
        "return_policy": "full_refund",
    }


def test_a_campaign_gets_every_default_and_its_short_form_is_written_out() -> None:
    content, faults = read(read_campaign, campaign())
    assert faults == []
    assert content == {
        "code": "claim-1",
        "name": "领券",
        "items": [{"template": "coupon-100-10", "quantity": 1}],
        "mode": "claim",
        "starts_at": "2026-10-31T16:00:00+00:00",
        "ends_at": "2026-11-10T16:00:00+00:00",
        "quantity": 100,
        "releases": [],
        "per_customer": None,
        "per_customer_per_day": None,
        "targeting": ANYONE,
        "placements": [],
    }


def test_an_event_needs_only_its_code() -> None:
    assert read(read_event, {"code": "d11"}) == (
        {"code": "d11", "name": "d11", "starts_at": None, "ends_at": None, "budget": {"amount": None}},
        [],
    )


@pytest.mark.parametrize(
    ("kind", "layer", "issuer"),
    [
        ("threshold", "platform_coupon", "platform"),
        ("threshold", "shop_coupon", "S1"),
        ("shipping_off", "shipping", "S1"),
    ],
)
def test_a_coupon_stacks_with_every_layer_but_its_own(kind: str, layer: str, issuer: str) -> None:
    params = {"free": True} if kind == "shipping_off" else template()["params"]
    content, faults = read(read_template, template(kind=kind, params=params, issuer=issuer))
    assert faults == []
    layers = ["item", "shop", "platform", "shop_coupon", "platform_coupon", "shipping"]
    assert content["stacks_with"] == [one for one in layers if one != layer]


def test_an_empty_list_of_layers_stacks_with_nothing() -> None:
    assert read(read_activity, activity(stacks_with=[]))[0]["stacks_with"] == []


def test_a_schedule_without_sessions_runs_all_day_and_24_00_is_midnight() -> None:
    weekend, _ = read(read_activity, activity(schedule={"tz": "Asia/Shanghai", "days": [7, 6, 6]}))
    assert weekend["schedule"] == {
        "tz": "Asia/Shanghai",
        "days": [6, 7],
        "sessions": [{"from": "00:00", "to": "00:00"}],
    }
    evening = {"tz": "Europe/Berlin", "sessions": [{"from": "20:00", "to": "24:00"}]}
    content, faults = read(read_activity, activity(schedule=evening))
    assert (faults, content["schedule"]["sessions"]) == ([], [{"from": "20:00", "to": "00:00"}])


def test_texts_come_in_one_or_two_languages() -> None:
    display = {"title": "双11", "badge": {"zh-hans": "满减", "en": "Off"}, "rules": {"en": "Once"}}
    content, faults = read(read_activity, activity(display=display))
    assert faults == []
    assert [content["display"][key] for key in ("title", "badge", "rules")] == [
        "双11",
        {"zh-hans": "满减", "en": "Off"},
        {"en": "Once"},
    ]


def test_the_same_meaning_has_the_same_hash() -> None:
    one, _ = read(
        read_activity,
        activity(
            scope={"mode": "include", "skus": ["B", "A", "B"], "brands": None},
            placements=["cart", "home"],
            starts_at="2026-11-10T12:00:00Z",
        ),
    )
    other, _ = read(
        read_activity,
        activity(
            scope={"mode": "include", "skus": ["A", "B"]},
            placements=["home", "cart"],
            priority=0,
            basis="running",
        ),
    )
    assert content_hash(one) == content_hash(other)
    changed, _ = read(read_activity, activity(scope={"mode": "include", "skus": ["A", "C"]}))
    assert content_hash(changed) != content_hash(other)


def test_tiers_may_come_in_any_order() -> None:
    tiers = [{"at": 20000, "benefit": {"amount_off": 3000}}, {"at": 10000, "benefit": {"amount_off": 1000}}]
    content, faults = read(read_activity, activity(params={"metric": "amount", "tiers": tiers}))
    assert (faults, [tier["at"] for tier in content["params"]["tiers"]]) == ([], [10000, 20000])


def test_references_are_noted_with_their_paths() -> None:
    findings = Findings()
    raw = activity(
        layer="shop",
        shop="S1",
        event="d11",
        scope={"mode": "include", "categories": ["c1"], "brands": ["b1"], "except": {"skus": ["A"]}},
        targeting={"audiences": ["vip"]},
        bearers=[{"party": "brand:b1", "bps": 10000}],
        params={
            "metric": "amount",
            "tiers": [{"at": 1, "benefit": {"gifts": [{"sku": "G"}], "coupons": [{"template": "t1"}]}}],
        },
    )
    read_activity(Reader(raw, "activities[0]", findings))
    assert findings.faults == []
    assert set(findings.references) == {
        Reference("shop", "S1", "activities[0].shop"),
        Reference("event", "d11", "activities[0].event"),
        Reference("category", "c1", "activities[0].scope.categories[0]"),
        Reference("brand", "b1", "activities[0].scope.brands[0]"),
        Reference("sku", "A", "activities[0].scope.except.skus[0]"),
        Reference("audience", "vip", "activities[0].targeting.audiences[0]"),
        Reference("brand", "b1", "activities[0].bearers[0].party"),
        Reference("sku", "G", "activities[0].params.tiers[0].benefit.gifts[0].sku"),
        Reference("template", "t1", "activities[0].params.tiers[0].benefit.coupons[0].template"),
    }


def test_reading_a_canonical_document_again_changes_nothing() -> None:
    count = 0
    for pack in packs():
        for section, reader in (
            ("activities", read_activity),
            ("coupon_templates", read_template),
            ("claim_campaigns", read_campaign),
            ("events", read_event),
        ):
            for raw in pack.get(section, []):
                content, faults = read(reader, raw)
                assert faults == []
                assert read(reader, content) == (content, [])
                assert read(reader, json.loads(json.dumps(content))) == (content, [])
                count += 1
    assert count == 105


def test_amounts_that_may_be_zero() -> None:
    raw = flash(params={"prices": {"A": 0}}, stock={"total": 0, "per_sku": {"A": 0}}, scope={"mode": "all"})
    content, faults = read(read_activity, raw)
    assert faults == []
    assert content["params"] == {"prices": {"A": 0}}
    assert content["stock"] == {"total": 0, "per_sku": {"A": 0}, "per": "activity"}


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": "2026-11-10T20:00:00+08:00"},  # ends where it starts
        {"ends_at": "2020-01-01T00:00:00Z"},  # before it starts, and in the past
        {"scope": {"mode": "include"}},  # nothing in scope
        {"params": {"metric": "amount", "tiers": [{"at": 0, "benefit": {"amount_off": 10**12}}]}},
    ],
)
def test_what_only_blocks_submission_is_no_fault_here(changes: dict[str, Any]) -> None:
    assert read(read_activity, activity(**changes))[1] == []
