"""The most that an activity can cost: whatever bounds it in money, the tightest counts."""

from typing import Any

import pytest

from apps.offers.documents import read_activity
from apps.offers.exposure import BoundBy, exposure_of
from apps.pricing.faults import Findings, Reader

DEAREST = [("A", 20_000)]


def activity(**said: Any) -> dict[str, Any]:
    findings = Findings()
    content = read_activity(
        Reader(
            {
                "code": "a",
                "name": "a",
                "layer": "item",
                "kind": "percentage_off",
                "params": {"bps": 2_000},
                "starts_at": "2030-11-10T12:00:00+00:00",
                "ends_at": "2030-11-12T12:00:00+00:00",
                **said,
            },
            "",
            findings,
        )
    )
    assert findings.faults == []
    return content


def threshold(**said: Any) -> dict[str, Any]:
    tiers = [
        {"at": 30_000, "benefit": {"amount_off": 5_000}},
        {"at": 50_000, "benefit": {"amount_off": 9_000}},
    ]
    params = {"metric": "amount", "tiers": tiers}
    return activity(layer="platform", kind="threshold", params=params, **said)


def bounds(content: dict[str, Any], goods: Any = DEAREST) -> dict[str, int]:
    return {bound.by.value: bound.amount for bound in exposure_of(content, goods).bounds}


def test_nothing_bounds_what_says_nothing():
    assert exposure_of(activity(), DEAREST).amount is None


def test_the_tightest_of_budget_and_stock_counts():
    content = activity(budget={"amount": 500_000}, stock={"total": 100})
    assert bounds(content) == {"budget": 500_000, "stock": 400_000}
    assert exposure_of(content, DEAREST).amount == 400_000


def test_orders_in_all_cost_the_highest_tier_each():
    content = threshold(limits={"total_orders": 10})
    (bound,) = exposure_of(content, DEAREST).bounds
    assert (bound.by, bound.count, bound.each, bound.amount) == (BoundBy.ORDERS, 10, 9_000, 90_000)


def test_a_stock_of_each_sku_is_taken_at_its_own_reduction():
    params = {"prices": {"A": 5_900, "B": 9_000, "C": 99_000}}
    content = activity(kind="flash_sale", params=params, stock={"per_sku": {"A": 10, "B": 5, "C": 7}})
    goods = [("A", 7_900), ("B", 10_000), ("C", 50_000)]
    assert bounds(content, goods) == {"sku_stock": 10 * 2_000 + 5 * 1_000}


def test_a_sku_without_stock_leaves_it_unbounded():
    params = {"prices": {"A": 5_900, "B": 9_000}}
    content = activity(kind="flash_sale", params=params, stock={"per_sku": {"A": 10}})
    assert bounds(content, [("A", 7_900), ("B", 10_000)]) == {}


@pytest.mark.parametrize("per", ["day", "session"])
def test_what_begins_anew_each_time_bounds_nothing(per):
    sessions = {"schedule": {"tz": "Asia/Shanghai", "sessions": [{"from": "10:00", "to": "12:00"}]}}
    assert bounds(activity(stock={"total": 100, "per": per}, **sessions)) == {}
    assert bounds(threshold(limits={"total_orders": 10, "per": per}, **sessions)) == {}


def test_a_unit_never_costs_more_than_its_price():
    content = activity(kind="direct_reduction", params={"value": 99_000}, stock={"total": 3})
    assert bounds(content) == {"stock": 60_000}
