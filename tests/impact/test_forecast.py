"""The forecast: past orders priced without and with what is asked, summed over its window, with an honest interval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from apps.catalog.models import Portal, Sku
from apps.core.clock import database_now, frozen
from apps.impact.reports.bootstrap import expected, interval
from apps.impact.reports.forecast import forecast
from apps.impact.reports.scene import Scene
from apps.offers.versions.contents import read
from apps.orders.services.holding import place_order
from apps.orders.services.settling import pay_order
from tests.activities.cast import document, goods, hours


def test_days_that_are_all_alike_leave_no_doubt() -> None:
    assert interval([500] * 28, 3) == (1_500, 1_500)
    assert expected([500] * 28, 3) == 1_500


def test_days_that_differ_widen_the_interval_around_the_mean() -> None:
    """Given one day in four with 1,000 and none else, then ten days bring 2,500 on average, and surely not all."""
    low, high = interval([1_000, 0, 0, 0] * 7, 10) or (0, 0)

    assert expected([1_000, 0, 0, 0] * 7, 10) == 2_500
    assert (low, high) == (0, 5_000)


def test_too_few_days_give_no_interval() -> None:
    assert interval([500] * 6, 3) is None


@pytest.mark.django_db
def test_past_orders_are_priced_without_it_and_with_it() -> None:
    """Given one order of A and one of B on each of the last ten days, then ¥10 off A for two days costs ¥20."""
    Portal.objects.get_or_create(currency="CNY")
    goods()
    Sku.objects.filter(pk="A").update(cost_amount=4_000)
    for day in range(1, 11):
        _paid(f"a{day}", "A", day)
        _paid(f"b{day}", "B", day)

    scene = Scene("activity", _content(scope={"mode": "include", "skus": ["A"]}))
    found = forecast(scene, most=None)

    assert (found["orders"], found["sampled"], found["days"]) == (20, 20, 2.0)
    # Ten of the 27 whole days had an order of it.
    assert (found["cost"], found["hit"]) == (round(10 * 1_000 * 2 / 27), 1)
    assert found["cost_around"] == [0, 2_000]
    assert found["discount_bps"] == 1_000
    assert (found["margin_before"], found["margin"]) == (round(60_000 * 2 / 27), round(50_000 * 2 / 27))


@pytest.mark.django_db
def test_it_never_costs_more_than_it_can() -> None:
    Portal.objects.get_or_create(currency="CNY")
    goods()
    for day in range(1, 11):
        _paid(f"a{day}", "A", day)

    found = forecast(Scene("activity", _content()), most=500)

    assert (found["cost"], found["cost_around"], found["capped"]) == (500, [0, 500], True)


def _content(**changes: Any) -> dict[str, Any]:
    raw = document("off", **{**hours(1, 49), "stock": {}, "budget": {}, **changes})
    content, faults = read("activity", raw)
    assert not faults
    return content


def _paid(code: str, sku: str, days_ago: int) -> None:
    lines = [{"line": "1", "sku": sku, "quantity": 1}]
    body = {"order": code, "currency": "CNY", "lines": lines}
    with frozen(database_now() - timedelta(days=days_ago)):
        place_order(orjson.dumps(body), client=1, shop=None)
        pay_order(code=code, shop=None)
