"""Orders by the placement that led to them: the last click, else the last exposure, of the seven days before."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.models import User
from apps.catalog.models import Sku
from apps.core.clock import database_now, frozen
from apps.offers.models import PlacementRecord
from apps.orders.chain import LEDGER
from apps.reporting.models import Led
from apps.reporting.reports.numbers import Period
from apps.reporting.reports.orders import EVERY, Narrowed, totals_of
from apps.reporting.reports.people import Placed
from apps.reporting.reports.placement import PlacementReport
from apps.reporting.reports.placement_cost import costs
from apps.reporting.reports.subjects import find
from apps.reporting.rollups.rebuilding import rebuild
from apps.reporting.rollups.rolling import roll_up
from apps.sightings.noting import note
from tests.reporting.test_report_pages import report_of
from tests.storefront import fair


def saw(customer: str, placement: str, hours: float, type: str = "exposure", code: str = "ten-off") -> None:
    """Told now, seen so many hours ago."""
    at = database_now() - timedelta(hours=hours)
    event = {
        "event": f"{customer}-{placement}-{hours}-{type}", "type": type, "code": code, "at": at.isoformat(),
        "placement": placement, "customer": customer, "channel": "app", "terminal": "",
    }  # fmt: skip
    with frozen(at):
        assert note([event], client=1).noted == 1


def summed() -> list[tuple[str, str, bool]]:
    LEDGER.seal()
    roll_up()
    rows = Led.objects.order_by("order", "code")
    return list(rows.values_list("code", "placement", "clicked"))


@pytest.fixture
def offered(shop_fair: None) -> None:
    fair.publish(fair.activity("ten-off"))


def test_a_click_counts_before_what_was_only_seen_and_the_last_before_the_first(
    offered: None, shop: Any
) -> None:
    saw("c1", "home", 4, "click")
    saw("c1", "list", 3, "click")
    saw("c1", "cart", 1)
    saw("c2", "home", 3)
    saw("c2", "cart", 2)
    for number in (1, 2, 3):
        shop.paid(f"o{number}", 1, customer=f"c{number}")
    assert summed() == [("ten-off", "list", True), ("ten-off", "cart", False)]


def test_what_was_seen_too_long_before_or_after_or_of_another_thing_led_to_nothing(
    offered: None, shop: Any
) -> None:
    saw("c1", "home", 7 * 24 + 1)
    saw("c2", "home", 1, code="other")
    for number in (1, 2, 3):
        shop.paid(f"o{number}", 1, customer=f"c{number}")
    saw("c3", "home", -0.1)
    assert summed() == []


@pytest.mark.django_db(transaction=True)  # what is told is taken once its transaction has ended
def test_what_is_told_after_the_order_was_summed_counts_and_a_rebuild_says_the_same(
    offered: None, shop: Any
) -> None:
    shop.paid("o1", 1, customer="c1")
    assert summed() == []
    saw("c1", "home", 2)
    first = summed()
    saw("c1", "popup", 3, "click")
    assert (first, summed()) == ([("ten-off", "home", False)], [("ten-off", "popup", True)])
    rebuild()
    assert summed() == [("ten-off", "popup", True)]


@pytest.mark.django_db(transaction=True)
def test_the_report_says_it_by_placement_and_leads_to_just_these_orders(
    offered: None, shop: Any, window: Any
) -> None:
    saw("c1", "home", 2)
    saw("c1", "home", 1, "click")
    saw("c2", "home", 2)
    saw("c3", "cart", 2)
    shop.paid("o1", 1, customer="c1")
    shop.paid("o2", 2, customer="c2")
    shop.paid("o3", 1, customer="c9")
    assert shop.refund("o2", lines=[{"line": "1", "quantity": 1}]).status_code == 201
    summed()
    report = report_of()
    assert report.placements == [Placed("home", 2, 1, 2, 18_500, 1_500, new=1), Placed("cart", 1)]
    behind = totals_of(report.subject, Narrowed(placement="home"))
    assert (behind.orders, behind.goods - behind.refunded, behind.discount - behind.discount_back) == (
        2,
        18_500,
        1_500,
    )
    analyst = window("ann", "analyst")
    text = analyst.get("/admin/reports/activity/ten-off/orders/?placement=home").content.decode()
    assert (">o1<" in text, ">o2<" in text, ">o3<" in text) == (True, True, False)
    page = analyst.get("/admin/reports/placement/home/").content.decode()
    assert ('data-code="ten-off"' in page, "/admin/reports/placement/home/orders/?" in page) == (True, True)
    listed = analyst.get("/admin/reports/?of=placement").content.decode()
    assert listed.count('data-code="ten-off"') == 2
    assert "/admin/reports/activity/ten-off/orders/?placement=home" in listed
    assert "¥185" in listed
    User.objects.filter(username="ann").update(shops=["S2"])
    assert 'data-code="ten-off"' not in analyst.get("/admin/reports/placement/home/").content.decode()
    assert "¥185" not in analyst.get("/admin/reports/placement/home/orders/").content.decode()
    assert 'data-code="ten-off"' not in analyst.get("/admin/reports/?of=placement").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_days_price_is_divided_by_exposures_and_adds_up_whoever_asks(offered: None, shop: Any) -> None:
    """Given a day at ¥10.00 and exposures 1 : 2, when the costs are asked for, then they are 3.33 and 6.67."""
    PlacementRecord.objects.update_or_create(
        code="home", defaults={"name_zh": "首页", "cost_per_day_amount": 1_000}
    )
    Sku.objects.update(cost_amount=4_000)
    saw("c1", "home", 0.1, "click")
    saw("c1", "home", 0.1)
    saw("c2", "home", 0.1, code="other")
    saw("c3", "home", 0.1, code="other")
    saw("c1", "cart", 0.2)
    shop.paid("o1", 2, customer="c1")
    summed()
    told = costs(["home", "cart"], Period())
    assert sorted(told) == ["home"]
    assert sum(amount for _days, amount in told["home"].values()) == 1_000
    assert abs(told["home"]["ten-off"][1] - 333) <= 1
    report = report_of()
    placed = {one.placement: one for one in report.placements}
    assert (placed["home"].cost, placed["cart"].cost) == (told["home"]["ten-off"][1], None)
    assert report.placement_cost == placed["home"].cost == report.cost - report.discount
    assert placed["home"].cost_per_order == placed["home"].cost

    now = database_now()
    subject = find(User(username="all"), "placement", "home")
    assert subject is not None
    period = Period(now - timedelta(days=2), now + timedelta(days=1))
    whole = PlacementReport(subject, User(username="all"), period)
    assert (whole.cost, whole.cost_per_order, whole.days_shown) == (1_000, 1_000, 1)
    totals = totals_of(subject, EVERY)
    assert (whole.whole.orders, whole.whole.gmv) == (totals.orders, totals.goods - totals.refunded)
    assert (whole.whole.discount, whole.whole.units) == (totals.discount, 2)
    assert whole.investment is not None
    assert whole.investment.incremental == totals.goods + totals.discount - 2 * 4_000
    assert whole.investment.cost == totals.discount + 1_000
