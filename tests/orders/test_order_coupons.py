"""An order with a coupon in the admin: its steps, its return told beforehand, its price at another moment."""

import re
from typing import Any

import pytest

from apps.core.clock import database_now
from apps.coupons.models import Coupon
from apps.orders.models import Order
from apps.orders.repricing import reprice
from tests.orders.test_order_page import do, everything, page, window
from tests.orders_coupons.purse import give, state, ten_off
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]
pytestmark = pytest.mark.usefixtures("shop_fair")


@pytest.fixture
def with_coupon(shop: Shop) -> str:
    """An order of 200.00 less 60.00 by the flash price of one unit and 10.00 by a coupon, paid; the coupon's id."""
    fair.publish(fair.flash("f", 4_000, stock={"total": 1}))
    ten_off()
    coupon = give()[0]
    shop.paid("o1", 2, customer="c1", coupons=[coupon])
    return coupon


def test_the_coupon_is_a_step_of_its_own(with_coupon: str) -> None:
    steps = page(window("analyst")).context["result"].steps
    told = [(step.code, str(step.layer), step.discount, step.left) for step in steps]
    assert told == [("f", "item price", 6_000, 14_000), ("ten", "platform coupon", 1_000, 13_000)]


def test_it_is_said_that_the_coupon_goes_back(with_coupon: str) -> None:
    """Given a full return, when it is asked, then the coupon's return is told and comes with the confirmation."""
    client = window("customer_service")
    before = everything()
    asked = {"all": "on", "fault": "customer", "reason": "r"}
    answer = do(client, "refund", **asked)
    assert answer.context["answer"]["coupons"] == [{"coupon": with_coupon, "state": "unused"}]
    text = re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())
    assert "goes back to the customer" in text
    assert (everything(), state(with_coupon)) == (before, ("used", "o1"))
    do(client, "refund", **asked, confirmed="13000")
    assert Coupon.objects.get().state == "unused"


def test_a_used_coupon_counts_as_unused_when_the_order_is_priced_again(with_coupon: str) -> None:
    order = Order.objects.get()
    again = reprice(order, database_now())
    # The flash price is sold out by now, so the activity is over; the coupon stays.
    assert _changes(again) == [("f", 6_000, 0), ("ten", 1_000, 1_000)]
    assert again.difference == 6_000
    then = reprice(order, order.as_of)
    assert _changes(then) == [("f", 6_000, 6_000), ("ten", 1_000, 1_000)]
    assert then.difference == 0


def _changes(found: Any) -> list[tuple[str, int, int]]:
    return [(one.offer, one.paid, one.now) for one in found.changes]
