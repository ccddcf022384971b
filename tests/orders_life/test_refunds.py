"""The reverse way over HTTP: to the cent, in any number of steps, with what goes back and what is recalled."""

from typing import Any

import pytest
from django.db.models import Sum

from apps.orders.models import Counter, CustomerUse, LedgerEntry, Order
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")
CART = [{"line": "1", "sku": "A", "quantity": 3}, {"line": "2", "sku": "B", "quantity": 1}]


def order(shop: Shop, lines: Any = CART, **fields: Any) -> Any:
    """A paid order of three runners and a sock."""
    body = {"currency": "CNY", "lines": lines, "order": "o1", **fields}
    placed = shop.post("orders", body)
    assert placed.status_code == 201, placed.content
    return shop.pay("o1").json()


def used() -> dict[tuple[str, str], int]:
    rows = Counter.objects.values_list("measure", "sku").annotate(Sum("used"))
    return {(measure, sku): units for measure, sku, units in rows}


def test_three_steps_give_back_exactly_what_was_paid(shop: Shop) -> None:
    """Given 320.00 less 10.01, when the runners come back one, one, one, then each step has its cents."""
    tiers = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_001}}]}
    fair.publish(fair.activity("full", params=tiers))
    assert order(shop)["payable_total"] == 30_999
    steps = [shop.refund("o1", f"r{i}", lines=[{"line": "1", "quantity": 1}]).json() for i in range(1, 4)]
    assert [step["refund_total"] for step in steps] == [9_688, 9_687, 9_687]
    assert [step["state"] for step in steps] == ["partially_refunded"] * 3
    assert [step["lines"][0]["shares"][0]["amount"] for step in steps] == [312, 313, 313]
    last = shop.refund("o1", "r4", all=True)
    assert last.status_code == 201
    assert (last.json()["refund_total"], last.json()["state"]) == (1_937, "refunded")
    assert sum(step["refund_total"] for step in steps) + 1_937 == 30_999
    looked = shop.look("o1").json()
    assert (looked["state"], [r["refund"] for r in looked["refunds"]]) == (
        "refunded",
        ["r1", "r2", "r3", "r4"],
    )
    refused = shop.refund("o1", "r5", all=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "over_refund")


def test_more_than_is_left_changes_nothing(shop: Shop) -> None:
    order(shop)
    shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 2}])
    before = Order.objects.values().get()
    for asked in (
        {"lines": [{"line": "1", "quantity": 2}]},
        {"shipping": 1},
        {"adjust": [{"line": "1", "amount": 10_001}]},
        {"lines": [{"line": "1", "quantity": 1}], "adjust": [{"line": "1", "amount": 1}]},
    ):
        refused = shop.refund("o1", "r2", **asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "over_refund")
    unknown = shop.refund("o1", "r2", lines=[{"line": "9", "quantity": 1}])
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_line")
    again = shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 1}])
    assert (again.status_code, again.json()["code"]) == (409, "refund_exists")
    assert Order.objects.values().get() == before


def test_without_a_word_on_the_fault_it_is_the_customers(shop: Shop) -> None:
    order(shop)
    answer = shop.post("orders/o1/refunds", {"refund": "r1", "lines": [{"line": "2", "quantity": 1}]})
    assert (answer.status_code, answer.json()["refund_total"]) == (201, 2_000)
    assert Order.objects.get().refunds.get().fault == "customer"


def test_only_paid_orders_are_refunded(shop: Shop) -> None:
    shop.held("o1")
    refused = shop.refund("o1", all=True)
    assert (refused.status_code, refused.json()["state"]) == (409, "held")


def test_shipping_may_follow(shop: Shop) -> None:
    order(shop, shipping_fee=800)
    assert shop.refund("o1", "r1", shipping=300).json()["state"] == "partially_refunded"
    lines = [{"line": "1", "quantity": 3}, {"line": "2", "quantity": 1}]
    done = shop.refund("o1", "r2", lines=lines).json()
    assert (done["refund_total"], done["state"]) == (32_000, "refunded")
    rest = shop.refund("o1", "r3", all=True).json()
    assert (rest["refund_total"], rest["shipping"], rest["state"]) == (500, 500, "refunded")


def test_an_adjustment_lowers_what_the_units_pay_back(shop: Shop) -> None:
    order(shop)
    paid = shop.refund("o1", "r1", adjust=[{"line": "1", "amount": 1_000}]).json()
    assert (paid["refund_total"], paid["adjustments"]) == (1_000, [{"line": "1", "amount": 1_000}])
    rest = shop.refund("o1", "r2", lines=[{"line": "1", "quantity": 3}]).json()
    assert rest["refund_total"] == 29_000


def test_the_last_segment_goes_first_unless_one_is_named(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    order(shop)
    first = shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 1}]).json()
    assert [(line["segment"], line["amount"]) for line in first["lines"]] == [(1, 10_000)]
    second = shop.refund("o1", "r2", lines=[{"line": "1", "quantity": 1, "segment": 0}]).json()
    assert second["lines"] == [
        {
            "line": "1",
            "segment": 0,
            "units": 1,
            "amount": 6_000,
            "shares": [{"offer": "f", "amount": 4_000}],
        }
    ]


def test_stock_goes_back_only_where_the_activity_says_so(shop: Shop) -> None:
    limits = {"per_customer_units": 3, "per_customer_orders": 5}
    numbers = {"stock": {"total": 5}, "budget": {"amount": 90_000}, "limits": limits}
    fair.publish(fair.flash("f", 6_000, restock=True, **numbers))
    order(shop, customer="c1")
    assert used() == {("units", ""): 3, ("budget", ""): 12_000}
    shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 2}])
    assert used() == {("units", ""): 1, ("budget", ""): 4_000}
    assert CustomerUse.objects.values_list("units", "orders").get() == (1, 1)
    shop.refund("o1", "r2", all=True)
    assert used() == {("units", ""): 0, ("budget", ""): 0}
    assert CustomerUse.objects.values_list("units", "orders").get() == (0, 0)


def test_without_restock_it_stays_sold(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    order(shop)
    shop.refund("o1", "r1", all=True)
    assert used() == {("units", ""): 3}


def test_rewards_stay_while_their_tier_is_reached(shop: Shop) -> None:
    """Given gifts and points by two tiers, when units go back, then what is kept follows the rest."""
    high = {"gifts": [{"sku": "B", "quantity": 2}], "points": 5}
    low = {"gifts": [{"sku": "B", "quantity": 1}], "points": 2}
    tiers = [{"at": 20_000, "benefit": high}, {"at": 10_000, "benefit": low}]
    fair.publish(
        fair.activity("gift", params={"metric": "amount", "tiers": tiers}, stock={"per_sku": {"B": 9}})
    )
    lines = [{"line": "1", "sku": "A", "quantity": 3}]
    assert order(shop, lines)["rewards"]["points"] == 5
    one = shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 1}]).json()
    assert (one["rewards"], one["gifts"]) == ([], [])
    two = shop.refund("o1", "r2", lines=[{"line": "1", "quantity": 1}]).json()
    assert two["rewards"] == [{"offer": "gift", "kind": "points", "quantity": 3, "recalled": True}]
    assert two["gifts"] == [{"sku": "B", "quantity": 1}]
    three = shop.refund("o1", "r3", lines=[{"line": "1", "quantity": 1}]).json()
    assert three["rewards"] == [{"offer": "gift", "kind": "points", "quantity": 2, "recalled": True}]
    assert three["gifts"] == [{"sku": "B", "quantity": 1}]


def test_bearers_get_back_exactly_what_they_bore(shop: Shop) -> None:
    bearers = [{"party": "platform", "bps": 3_333}, {"party": "shop", "bps": 6_667}]
    tiers = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_001}}]}
    fair.publish(fair.activity("full", params=tiers, bearers=bearers))
    order(shop)
    for number in range(3):
        shop.refund("o1", f"r{number}", lines=[{"line": "1", "quantity": 1}])
    shop.refund("o1", "rest", all=True)
    rows = LedgerEntry.objects.filter(what="share").exclude(event="hold")
    sums = rows.values_list("bearer", "event").annotate(Sum("amount")).order_by("bearer", "event")
    assert [row[2] for row in sums] == [334, 334, 667, 667]


def test_faults_of_a_refund(shop: Shop) -> None:
    order(shop)
    refused = shop.post(
        "orders/o1/refunds", {"refund": "r 1", "all": True, "shipping": 1, "what": 1, "fault": "x"}
    )
    assert refused.status_code == 400
    assert sorted((e["path"], e["code"]) for e in refused.json()["errors"]) == [
        ("all", "either"),
        ("fault", "choice"),
        ("refund", "code"),
        ("what", "unknown_key"),
    ]
