"""Orders by the placement that led to them: the last click, else the last exposure, of the seven days before."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.models import User
from apps.core.clock import database_now, frozen
from apps.orders.chain import LEDGER
from apps.reporting.models import Led
from apps.reporting.reports.orders import Narrowed, totals_of
from apps.reporting.reports.people import Placed
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
    assert report.placements == [Placed("home", 2, 1, 2, 18_500, 1_500), Placed("cart", 1)]
    behind = totals_of(report.subject, Narrowed(placement="home"))
    assert (behind.orders, behind.goods - behind.refunded, behind.discount - behind.discount_back) == (
        2,
        18_500,
        1_500,
    )
    analyst = window("ann", "analyst")
    text = analyst.get("/admin/reports/activity/ten-off/orders/?placement=home").content.decode()
    assert (">o1<" in text, ">o2<" in text, ">o3<" in text) == (True, True, False)
    listed = analyst.get("/admin/reports/?of=placement").content.decode()
    assert listed.count('data-code="ten-off"') == 2
    assert "/admin/reports/activity/ten-off/orders/?placement=home" in listed
    assert "¥185" in listed
    User.objects.filter(username="ann").update(shops=["S2"])
    assert 'data-code="ten-off"' not in analyst.get("/admin/reports/?of=placement").content.decode()
