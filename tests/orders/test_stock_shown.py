"""What is left, as shops and staff see it: from the counters, by SKU, over its span, with what waits for payment."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.activities.models import Activity
from apps.core.clock import frozen
from apps.orders.tasks import lapse
from apps.storefront import answers
from tests.activities.cast import person
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]
pytestmark = pytest.mark.usefixtures("shop_fair")
BOTH = {"mode": "include", "skus": ["A", "B"]}
PRICES = {"prices": {"A": 6_000, "B": 1_600}}


def left(shop: Shop, code: str = "f") -> tuple[Any, Any, Any]:
    """units_left, units_left_by_sku and units_waiting, the last two None where they are not told."""
    answer = shop.get(f"activities/{code}")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    msgspec.convert(told, answers.Activity)
    return told["units_left"], told.get("units_left_by_sku"), told.get("units_waiting")


def test_held_and_paid_units_are_gone_and_come_back(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    assert left(shop) == (5, None, None)
    shop.held("o1", 2)
    assert left(shop) == (3, None, None)
    shop.pay("o1")
    assert left(shop) == (3, None, None)
    shop.held("o2", 2)
    shop.cancel("o2")
    assert left(shop) == (3, None, None)


def test_sold_out_for_now_says_how_many_wait_for_payment(shop: Shop, settings: Any) -> None:
    """Given the last units held by an unpaid order, then it stays live; lapsed it is back, paid it is over."""
    fair.publish(fair.flash("f", 6_000, stock={"total": 3}))
    shop.paid("o1", 1)
    settings.HOLD_MINUTES = -1
    shop.held("o2", 2)
    assert left(shop) == (0, None, 2)
    lapse()
    assert left(shop) == (2, None, None)
    settings.HOLD_MINUTES = 15
    shop.paid("o3", 2)
    assert shop.get("activities/f").status_code == 404
    assert Activity.objects.get(code="f").end_reason == "sold_out"


def test_stock_by_sku(shop: Shop) -> None:
    stock = {"total": 10, "per_sku": {"A": 2, "B": 9}}
    fair.publish(fair.flash("f", 0, params=PRICES, scope=BOTH, stock=stock))
    assert left(shop) == (10, {"A": 2, "B": 9}, None)
    shop.paid("o1", 2)
    assert left(shop) == (8, {"A": 0, "B": 9}, None)
    shop.paid("o2", 5, sku="B")
    assert left(shop) == (3, {"A": 0, "B": 4}, None)


def test_stock_of_the_skus_bounds_the_whole_where_they_are_all(shop: Shop) -> None:
    fair.publish(fair.flash("f", 0, params=PRICES, scope=BOTH, stock={"per_sku": {"A": 2, "B": 3}}))
    fair.publish(fair.flash("part", 1_900, scope=BOTH, stock={"per_sku": {"A": 2}}))
    shop.held("o1", 2, sku="B")
    assert left(shop) == (3, {"A": 2, "B": 1}, None)
    assert left(shop, "part") == (None, {"A": 2}, None)  # B has no end there


def test_what_was_stopped_or_lowered_counts(shop: Shop) -> None:
    stock = {"per_sku": {"A": 5, "B": 5}}
    activity = fair.publish(fair.flash("f", 0, params=PRICES, scope=BOTH, stock=stock))
    ann = person("ann", "operator")
    services.stop_skus(activity=activity, skus=["A"], actor=ann, reason="x")
    assert left(shop) == (5, {"A": 0, "B": 5}, None)
    services.lower_stock(activity=activity, value=2, sku="B", actor=ann, reason="x")
    assert left(shop) == (2, {"A": 0, "B": 2}, None)


def test_each_day_has_its_own_stock(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 3, "per": "day"}))
    noon = datetime.fromisoformat("2027-03-01T12:00:00+08:00")
    with frozen(noon):
        shop.held("o1", 2)
        assert left(shop) == (1, None, None)
    with frozen(noon + timedelta(hours=13)):
        assert left(shop) == (3, None, None)


def test_gifts_are_no_units_of_the_activity(shop: Shop) -> None:
    tiers = {"metric": "amount", "tiers": [{"at": 0, "benefit": {"gifts": [{"sku": "B", "quantity": 1}]}}]}
    fair.publish(fair.activity("f", params=tiers, stock={"per_sku": {"B": 4}}))
    assert left(shop) == (None, None, None)


@pytest.mark.parametrize(("stock", "statements"), [({"total": 5}, 4), ({}, 3)])
def test_a_placement_asks_once_for_all_counters(shop: Shop, stock: Any, statements: int) -> None:
    for number in range(5):
        fair.publish(fair.flash(f"f{number}", 6_000 - number, stock=stock, placements=["home"]))
    shop.held("o1", 2)
    shop.get("placements/home")
    with CaptureQueriesContext(connection) as captured:
        results = shop.get("placements/home").json()["results"]
    assert len(captured) == statements
    assert [one["units_left"] for one in results] == ([5, 5, 5, 5, 3] if stock else [None] * 5)


def test_one_activity_costs_one_statement_more_for_its_counters(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5, "per_sku": {"A": 5}}))
    fair.publish(fair.flash("free", 7_000))
    counts = []
    for code in ("f", "free"):
        shop.get(f"activities/{code}")
        with CaptureQueriesContext(connection) as captured:
            shop.get(f"activities/{code}")
        counts.append(len(captured))
    assert counts == [4, 3]


def window(*roles: str) -> Client:
    user = person("sam", *roles)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def numbers(client: Client, code: str = "f") -> Any:
    return client.get(f"/admin/orders/order/live/{code}/numbers/")


def test_staff_watch_sold_held_and_left(shop: Shop) -> None:
    stock = {"total": 10, "per_sku": {"A": 4, "B": 9}}
    fair.publish(fair.flash("f", 0, params=PRICES, scope=BOTH, stock=stock))
    shop.paid("o1", 1)
    shop.held("o2", 3)
    shop.held("o3", 2, sku="B")
    client = window("operator")
    assert client.get("/admin/orders/order/live/f/").status_code == 200
    shown = numbers(client).context
    whole = shown["whole"]
    assert (whole.sold, whole.held, whole.left, whole.sold_percent, whole.held_percent) == (
        *(1, 5, 4),
        *("10.00", "50.00"),
    )
    levels = [
        (one["level"].sku, one["level"].sold, one["level"].held, one["level"].left) for one in shown["levels"]
    ]
    assert levels == [("A", 1, 3, 0), ("B", 0, 2, 7)]
    assert (shown["pace"].a_minute, shown["pace"].waiting, sum(shown["pace"].minutes)) == (3, 2, 3)


def test_the_end_is_seen_and_waiting_for_the_last_before_it(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    shop.held("o1", 2)
    client = window("operator")
    before = numbers(client)
    assert (before.context["waiting_for_last"], before.context["activity"].status) == (True, "live")
    shop.pay("o1")
    after = numbers(client)
    assert (after.context["waiting_for_last"], after.context["activity"].end_reason) == (False, "sold_out")
    assert 'data-reason="sold_out"' in after.content.decode()
    assert after.context["stock"].left == 0


def test_without_a_stock_there_is_still_the_pace(shop: Shop) -> None:
    fair.publish(fair.activity("full"))
    shop.held("o1")
    shown = numbers(window("analyst"), "full").context
    assert (shown["whole"], shown["stock"].left, shown["pace"].a_minute) == (None, None, 1)


@pytest.mark.parametrize("orders", [1, 4])
def test_the_panel_costs_the_same_whatever_was_sold(shop: Shop, orders: int) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 9, "per_sku": {"A": 9}}))
    for number in range(orders):
        shop.held(f"o{number}")
    client = window("operator")
    numbers(client)
    with CaptureQueriesContext(connection) as captured:
        numbers(client)
    own = [
        one
        for one in captured.captured_queries
        if "accounts_user" not in one["sql"] and "django_session" not in one["sql"]
    ]
    assert len([one for one in own if "auth_" not in one["sql"]]) == 5


def test_who_may_not_see_activities_sees_no_sale(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    client = window("administrator")
    assert client.get("/admin/orders/order/live/f/").status_code == 403
    assert numbers(client).status_code == 403
    assert numbers(Client()).status_code == 302
