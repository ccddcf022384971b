"""Everything that the pack format and the kinds refuse, with the exact path and sentence."""

from typing import Any

import pytest

from apps.offers.documents import read_activity, read_campaign, read_event, read_template
from tests.offers.documents import activity, campaign, flash, read, template

LAYERS = "item, shop, platform, shop_coupon, platform_coupon, shipping"
TIER = {"at": 10000, "benefit": {"amount_off": 1000}}


def tiers(*given: tuple[int, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"metric": "amount", "tiers": [{"at": at, "benefit": benefit} for at, benefit in given], **more}


def shop(kind: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
    return activity(layer="shop", shop="S1", kind=kind, params=params, **more)


ACTIVITIES = [
    ({}, [f"{key}: is required" for key in ("code", "name", "kind", "layer", "params", "starts_at", "ends_at")]),
    ([], ["(document): must be an object"]),
    (activity(colour="red"), ["colour: is not known here"]),
    (activity(code="a/b"), ["code: must be 1 to 64 visible ASCII characters without /"]),
    (activity(code=7), ["code: must be text"]),
    (activity(name=" "), ["name: must not be empty"]),
    (activity(name="a\x00b"), ["name: holds a character that cannot be stored"]),
    (activity(layer="basket"), ["layer: must be one of item, shop, platform, shipping"]),
    (activity(layer="item"), ["layer: threshold belongs to shop, platform"]),
    (activity(layer="platform_coupon"), ["layer: must be one of item, shop, platform, shipping"]),
    (activity(layer="shop"), ["shop: is required"]),
    (activity(shop="S1"), ["shop: belongs to the layer shop"]),
    (activity(kind="exchange"), ["kind: must be one of addon_price, bundle_price, buy_n_pay_m, "
     "direct_reduction, fixed_price, flash_sale, n_for_price, nth_unit, percentage_off, shipping_off, threshold"]),
    (activity(starts_at="2026-11-10"), ["starts_at: must be an ISO 8601 time with an offset"]),
    (activity(starts_at="2026-11-10T20:00:00"), ["starts_at: must be an ISO 8601 time with an offset"]),
    (activity(ends_at=1762776000), ["ends_at: must be an ISO 8601 time with an offset"]),
    (activity(basis="net"), ["basis: must be one of running, item"]),
    (flash(basis="item"), ["basis: belongs to the kind threshold"]),
    (activity(priority="high"), ["priority: must be a whole number"]),
    (activity(priority=True), ["priority: must be a whole number"]),
    (activity(priority=1.0), ["priority: must be a whole number"]),
    (activity(stacks_with=["item", "basket"]), [f"stacks_with[1]: must be one of {LAYERS}"]),
    (activity(stacks_with="item"), ["stacks_with: must be a list"]),
    (shop("nth_unit", {"n": 2, "bps": 5000}, stacks_with=["item", "shop"]),
     ["stacks_with[1]: a kind that groups units may not stack with shop"]),
    (shop("bundle_price", {"items": {"A": 1}, "value": 1}, stacks_with=["shop"]),
     ["stacks_with[0]: a kind that groups units may not stack with shop"]),
    # schedule
    (activity(schedule={"sessions": []}), ["schedule.tz: is required"]),
    (activity(schedule={"tz": "Asia/Atlantis"}), ["schedule.tz: is not a time zone, like Asia/Shanghai"]),
    (activity(schedule={"tz": "../etc"}), ["schedule.tz: is not a time zone, like Asia/Shanghai"]),
    (activity(schedule={"tz": "UTC", "days": [0, 8]}),
     ["schedule.days[0]: must be at least 1", "schedule.days[1]: must be at most 7"]),
    (activity(schedule={"tz": "UTC", "sessions": [{"from": "25:00", "to": "9:00"}]}),
     ['schedule.sessions[0].from: must be a time of day like "20:00"',
      'schedule.sessions[0].to: must be a time of day like "20:00"']),
    (activity(schedule={"tz": "UTC", "sessions": [{"from": "24:00"}]}),
     ['schedule.sessions[0].from: must be a time of day like "20:00"',
      "schedule.sessions[0].to: is required"]),
    # scope and targeting
    (activity(scope={"mode": "some"}), ["scope.mode: must be one of all, include, exclude"]),
    (activity(scope={"skus": ["A"]}), ["scope.skus: needs the mode include or exclude"]),
    (activity(scope={"mode": "exclude", "skus": ["A"], "except": {"skus": ["B"]}}),
     ["scope.except: belongs to the mode include"]),
    (activity(scope={"mode": "include", "skus": ["A", 5], "sku": []}),
     ["scope.skus[1]: must be text", "scope.sku: is not known here"]),
    (activity(scope={"mode": "include", "except": {"colours": []}}),
     ["scope.except.colours: is not known here"]),
    (activity(targeting={"member_levels": [1, -1, "2"], "ages": []}),
     ["targeting.member_levels[1]: must be at least 0", "targeting.member_levels[2]: must be a whole number",
      "targeting.ages: is not known here"]),
    (activity(targeting={"new_customers_only": "yes"}),
     ["targeting.new_customers_only: must be true or false"]),
    (activity(holdout_bps=10001), ["holdout_bps: must be at most 10000"]),
    # limits, stock, budget
    (flash(limits={"per_order_units": 0}), ["limits.per_order_units: must be at least 1"]),
    (activity(limits={"per_order_units": 1}), ["limits.per_order_units: belongs to the item layer"]),
    (activity(limits={"per_customer_units": 1, "per_customer_sku_units": 1, "per_customer_per_day_units": 1}),
     [f"limits.per_customer_{name}: belongs to the item layer" for name in ("units", "sku_units", "per_day_units")]),
    (activity(limits={"per": "week"}), ["limits.per: must be one of activity, session, day"]),
    (activity(limits={"per_week": 1}), ["limits.per_week: is not known here"]),
    (activity(stock={"total": 5}), ["stock.total: belongs to the item layer"]),
    (activity(stock={"per_sku": {"A": 5}}),
     ["stock.per_sku.A: outside the item layer only gifts have a stock"]),
    (activity(params=tiers((1, {"gifts": [{"sku": "G"}]})), stock={"per_sku": {"A": 1, "G": 5}}),
     ["stock.per_sku.A: outside the item layer only gifts have a stock"]),
    (flash(stock={"total": -1, "per_sku": {"A": 1.5}}),
     ["stock.total: must be at least 0", "stock.per_sku.A: must be a whole number"]),
    (activity(budget={"amount": 0}), ["budget.amount: must be at least 1"]),
    (activity(budget=1000), ["budget: must be an object"]),
    # bearers, display, placements, goals
    (activity(bearers=[{"party": "platform", "bps": 9999}]), ["bearers: must add up to 10000, not 9999"]),
    (activity(bearers=[{"party": "bank", "bps": 10000}]),
     ["bearers[0].party: must be platform, shop or brand:CODE"]),
    (activity(bearers=[{"party": "brand:", "bps": 10000}]),
     ["bearers[0].party: must be 1 to 64 visible ASCII characters without /"]),
    (activity(bearers=[{"party": "shop", "bps": 5000}, {"party": "shop", "bps": 5000}]),
     ["bearers[1].party: is named twice"]),
    (activity(display={"badge": {"fr": "x"}, "teaser": "blurred"}),
     ["display.badge.fr: is not known here", "display.teaser: must be one of price, hidden"]),
    (activity(display={"title": 5}), ["display.title: must be text"]),
    (activity(display={"link": "javascript:alert(1)", "image": " JaVa\tscript:alert(1)"}),
     ["display.image: must be an address of http or https, or a path",
      "display.link: must be an address of http or https, or a path"]),
    (activity(display={"link": "data:text/html,x"}),
     ["display.link: must be an address of http or https, or a path"]),
    (activity(placements=["moon/sea", "moon"]),
     ["placements[0]: must be 1 to 64 visible ASCII characters without /"]),
    (activity(goals=[{"metric": "fame"}]),
     ["goals[0].metric: must be one of gmv, orders, units, customers, new_customers, aov, redemption_rate, "
      "sell_through, roi, margin", "goals[0].target: is required"]),
    (activity(goals=[{"metric": "gmv", "target": 1}, {"metric": "gmv", "target": 2}]),
     ["goals[1].metric: is named twice"]),
    (activity(clawback="always"), ["clawback: must be one of waive, deduct"]),
    (activity(restock=1), ["restock: must be true or false"]),
    # kinds
    (activity(params={}), ["params.metric: is required", "params.tiers: is required"]),
    (activity(params=tiers()), ["params.tiers: needs at least one tier"]),
    (activity(params={"metric": "weight", "tiers": [TIER]}), ["params.metric: must be one of amount, quantity"]),
    (activity(params=tiers((1, {}))), ["params.tiers[0].benefit: gives nothing"]),
    (activity(params=tiers((1, {"amount_off": None, "gifts": []}))), ["params.tiers[0].benefit: gives nothing"]),
    (activity(params={**tiers((1, {"amount_off": 2}), (2, {"amount_off": 1})), "at": 5}),
     ["params.at: is not known here",
      "params.tiers[1].benefit: a higher tier must not give less than a lower one"]),
    (activity(params=tiers((1, {"amount_off": 0}))), ["params.tiers[0].benefit.amount_off: must be at least 1"]),
    (activity(params=tiers((1, {"percentage_off": 10001}))),
     ["params.tiers[0].benefit.percentage_off: must be at most 10000"]),
    (activity(params=tiers((1, {"amount_off": 1, "percentage_off": 1}))),
     ["params.tiers[0].benefit.percentage_off: give either amount_off or percentage_off"]),
    (activity(params=tiers((1, {"amount_off": 1, "max": 1}))),
     ["params.tiers[0].benefit.max: needs percentage_off"]),
    (activity(params=tiers((1, {"gifts": [{"sku": "G", "quantity": 0}]}))),
     ["params.tiers[0].benefit.gifts[0].quantity: must be at least 1"]),
    (activity(params=tiers((20, {"amount_off": 1}), (10, {"amount_off": 2}))),
     ["params.tiers[0].benefit: a higher tier must not give less than a lower one"]),
    (activity(params=tiers((10, {"percentage_off": 5, "max": 9}), (20, {"percentage_off": 6, "max": 8}))),
     ["params.tiers[1].benefit: a higher tier must not give less than a lower one"]),
    (activity(params=tiers((10, {"percentage_off": 5}), (20, {"percentage_off": 6, "max": 8}))),
     ["params.tiers[1].benefit: a higher tier must not give less than a lower one"]),
    (activity(params=tiers((10, {"amount_off": 5}), (20, {"percentage_off": 6}))),
     ["params.tiers[1].benefit: all tiers must give the same form of benefit"]),
    (activity(params=tiers((10, {"amount_off": 5}), (10, {"amount_off": 6}))),
     ["params.tiers[1].at: two tiers begin at 10"]),
    (activity(params=tiers((10, {"amount_off": 5}), (20, {"amount_off": 6}), repeat=True)),
     ["params.repeat: repeat takes exactly one tier"]),
    (activity(params=tiers((0, {"amount_off": 5}), repeat=True)), ["params.tiers[0].at: must be at least 1"]),
    (activity(params=tiers((10, {"percentage_off": 5}), repeat=True)),
     ["params.tiers[0].benefit: repeat gives amount_off only"]),
    (activity(params=tiers((10, {"amount_off": 5, "points": 1}), repeat=True)),
     ["params.tiers[0].benefit: repeat gives amount_off only"]),
    (activity(params=tiers((10, {"amount_off": 5}), max_times=2)), ["params.max_times: needs repeat: true"]),
    (flash(params={}), ["params.value: give either value or prices"]),
    (flash(params={"value": 1, "prices": {"A": 1}}), ["params.value: give either value or prices"]),
    (flash(params={"value": 0}), ["params.value: must be at least 1"]),
    (flash(params={"value": 1, "per_hour": 2}), ["params.per_hour: is not known here"]),
    (flash(kind="percentage_off", params={"bps": 0}), ["params.bps: must be at least 1"]),
    (flash(kind="percentage_off", params={"bps": 10001}), ["params.bps: must be at most 10000"]),
    (flash(kind="percentage_off", params={"bps": 1000, "round_to": 5}),
     ["params.round_to: must be one of 1, 10, 100"]),
    (flash(kind="direct_reduction", params={"value": None}), ["params.value: is required"]),
    (shop("nth_unit", {"n": 1, "bps": 5000}), ["params.n: must be at least 2"]),
    (shop("buy_n_pay_m", {"n": 3, "m": 3}), ["params.m: must be less than n"]),
    (shop("n_for_price", {"n": 3, "value": 0}), ["params.value: must be at least 1"]),
    (shop("bundle_price", {"items": {}, "value": 1}), ["params.items: needs at least one SKU"]),
    (shop("bundle_price", {"items": {"A": 0}, "value": 1}), ["params.items.A: must be at least 1"]),
    (shop("addon_price", {"at": 1, "prices": {}}), ["params.prices: needs at least one SKU"]),
    (shop("addon_price", {"at": 1, "prices": {"A": -1}, "max_units": 0}),
     ["params.prices.A: must be at least 0", "params.max_units: must be at least 1"]),
    (activity(layer="shipping", kind="shipping_off", params={}),
     ["params.value: give either value or free: true"]),
    (activity(layer="shipping", kind="shipping_off", params={"value": 1, "free": True}),
     ["params.value: give either value or free: true"]),
]  # fmt: skip

TEMPLATES = [
    (template(kind="flash_sale"), ["kind: must be one of exchange, shipping_off, threshold"]),
    (template(layer="platform_coupon"), ["layer: is not known here"]),
    (template(stock={"total": 1}), ["stock: is not known here"]),
    (template(limits={}), ["limits: is not known here"]),
    (template(validity={"days": 7}), ["validity.mode: is required"]),
    (template(validity={"mode": "relative"}), ["validity.days: is required"]),
    (template(validity={"mode": "relative", "days": 0, "delay_days": -1}),
     ["validity.delay_days: must be at least 0", "validity.days: must be at least 1"]),
    (template(validity={"mode": "relative", "days": 7, "from": "2026-11-01T00:00:00Z"}),
     ["validity.from: is not known here"]),
    (template(validity={"mode": "fixed"}), ["validity.from: is required", "validity.until: is required"]),
    (template(validity={"mode": "for_ever"}), ["validity.mode: must be one of relative, fixed"]),
    (template(budget={"amount": 0, "quantity": 0}),
     ["budget.amount: must be at least 1", "budget.quantity: must be at least 1"]),
    (template(return_policy="maybe"), ["return_policy: must be one of full_refund, cancel_only, never"]),
    (template(return_grace_hours=-1), ["return_grace_hours: must be at least 0"]),
    (template(kind="exchange", params={"sku": "A"}), ["params.value: is required"]),
]  # fmt: skip

CAMPAIGNS = [
    (campaign(template=None), ["items: give either items or template"]),
    (campaign(items=[{"template": "t"}]), ["items: give either items or template"]),
    (campaign(template=None, items=[]), ["items: needs at least one template"]),
    (campaign(template=None, items=[{"quantity": 0}]),
     ["items[0].template: is required", "items[0].quantity: must be at least 1"]),
    (campaign(template=None, items=[{"template": "t"}, {"template": "t"}]),
     ["items[1].template: is named twice"]),
    (campaign(mode="on_event:death"), ["mode: must be one of claim, push, on_event:registration, "
     "on_event:level_up, on_event:birthday, on_event:paid"]),
    (campaign(quantity=0), ["quantity: must be at least 1"]),
    (campaign(quantity=None), ["quantity: is required"]),
    (campaign(releases=[{"at": "2026-11-01T00:00:00Z", "quantity": 60}]),
     ["releases: must add up to 100, not 60"]),
    (campaign(releases=[{"quantity": 100}]), ["releases[0].at: is required"]),
    (campaign(per_customer=0), ["per_customer: must be at least 1"]),
    (campaign(event="d11"), ["event: is not known here"]),
]  # fmt: skip

EVENTS = [
    ({"name": "双11"}, ["code: is required"]),
    ({"code": "d11", "budget": {"amount": 0, "quantity": 1}},
     ["budget.amount: must be at least 1", "budget.quantity: is not known here"]),
    ({"code": "d11", "starts_at": "tomorrow"}, ["starts_at: must be an ISO 8601 time with an offset"]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), ACTIVITIES)
def test_a_wrong_activity_is_refused(raw: Any, expected: list[str]) -> None:
    assert sorted(read(read_activity, raw)[1]) == sorted(expected)


@pytest.mark.parametrize(("raw", "expected"), TEMPLATES)
def test_a_wrong_template_is_refused(raw: Any, expected: list[str]) -> None:
    assert sorted(read(read_template, raw)[1]) == sorted(expected)


@pytest.mark.parametrize(("raw", "expected"), CAMPAIGNS)
def test_a_wrong_campaign_is_refused(raw: Any, expected: list[str]) -> None:
    assert sorted(read(read_campaign, raw)[1]) == sorted(expected)


@pytest.mark.parametrize(("raw", "expected"), EVENTS)
def test_a_wrong_event_is_refused(raw: Any, expected: list[str]) -> None:
    assert sorted(read(read_event, raw)[1]) == sorted(expected)


def test_every_fault_is_listed_at_once() -> None:
    _, faults = read(read_activity, activity(layer="shop", bearers=[{"bps": 1}], params=tiers((1, {}), x=1)))
    assert faults == [
        "params.tiers[0].benefit: gives nothing",
        "params.x: is not known here",
        "shop: is required",
        "bearers[0].party: is required",
        "bearers: must add up to 10000, not 1",
    ]
