"""Holds that are over give back at once what another cart lacks, though no sweep has run; else nobody touches them."""

from typing import Any

import pytest

from apps.core.clock import frozen
from apps.orders import overdue
from apps.orders.models import Order
from tests.orders_coupons.purse import give, state, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


@pytest.fixture
def over(shop: Shop, settings: Any) -> Any:
    """c1 holds both units of the flash sale and a coupon, and the time of that hold is over."""
    settings.HOLD_MINUTES = 5
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}, limits={"per_customer_units": 2}))
    ten_off()
    (coupon,) = give()
    shop.held("late", 2, customer="c1", coupons=[coupon])
    with frozen(Order.objects.get().held_until):
        yield coupon


def states() -> list[tuple[str, str]]:
    return list(Order.objects.order_by("code").values_list("code", "state"))


def test_an_order_gets_what_a_hold_that_is_over_kept(shop: Shop, over: str) -> None:
    """Given no sweep, when another customer orders, then the units sell again, and each is held once."""
    assert shop.held("o1", 2, customer="c2")["payable_total"] == 12_000
    assert states() == [("late", "expired"), ("o1", "held")]
    assert state(over) == ("unused", "")
    assert broken() == []


def test_the_customer_gets_limit_and_coupon_back(shop: Shop, over: str) -> None:
    assert shop.held("o1", 2, customer="c1", coupons=[over])["payable_total"] == 11_000
    assert states() == [("late", "expired"), ("o1", "held")]
    assert broken() == []


def test_a_quote_and_the_wallet_see_it_too(shop: Shop, over: str) -> None:
    lines = [{"line": "1", "sku": "A", "quantity": 2}]
    wallet = shop.get("customers/c1/coupons?status=unused").json()["results"]
    assert [(row["coupon"], row["state"]) for row in wallet] == [(over, "unused")]
    assert shop.quote(currency="CNY", lines=lines, customer="c2")["payable_total"] == 12_000


def test_who_lacks_nothing_leaves_them_to_the_sweep(shop: Shop, over: str) -> None:
    shop.held("o1", sku="B")
    assert states() == [("late", "held"), ("o1", "held")]


def test_control_without_the_look_at_them_the_cart_stays_dear(
    shop: Shop, over: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "lapse_due", lambda: 0)
    assert shop.held("o1", 2, customer="c2")["payable_total"] == 20_000
    assert states() == [("late", "held"), ("o1", "held")]
