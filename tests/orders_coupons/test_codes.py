"""Codes in carts: priced as if claimed, claimed and held at once by the order that uses them."""

from typing import Any

import pytest

from apps.coupons.models import Coupon
from apps.orders.models import Order
from tests.activities.conftest import ann, cleo
from tests.coupons.code_cast import opened, taken
from tests.orders_coupons.purse import budget, events, give, state, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop

__all__ = ["ann", "cleo"]
pytestmark = pytest.mark.usefixtures("shop_fair")


@pytest.fixture
def codes(ann: Any, cleo: Any, shop_fair: None) -> list[str]:
    ten_off()
    ten_off("s1", issuer="S1")
    # Of alike coupons the smallest id is used: the first of these.
    return sorted(taken(opened(ann, cleo, template="ten"), ann, cleo))


def wallet(shop: Shop, code: str, **fields: Any) -> Any:
    """Two runners for ¥200."""
    lines = [{"line": "1", "sku": "A", "quantity": 2}]
    body = {"currency": "CNY", "lines": lines, "customer": "c1", "coupons": [code], **fields}
    return shop.quote(**body)


def test_a_quote_prices_an_open_code_and_claims_nothing(shop: Shop, codes: list[str]) -> None:
    quote = wallet(shop, codes[0])
    assert quote["payable_total"] == 19_000
    assert quote["coupons"] == [{"coupon": codes[0], "template": "ten", "usable": True, "chosen": True}]
    assert wallet(shop, codes[0], customer=None)["payable_total"] == 19_000
    assert (Coupon.objects.count(), budget()) == (0, (0, 0, 0))


def test_an_order_claims_and_holds_it_at_once(shop: Shop, codes: list[str]) -> None:
    """Given an open code, then the order names the coupon that it became, and nobody can use the code again."""
    answer = shop.held("o1", 2, customer="c1", coupons=[codes[0].lower()])
    coupon = Coupon.objects.get()
    assert answer["payable_total"] == 19_000
    assert (answer["offers"][0]["coupon"], answer["coupons"][0]["coupon"]) == (coupon.code, coupon.code)
    assert (coupon.source, coupon.customer_code, coupon.code_tail) == ("code", "c1", codes[0][-4:])
    assert (state(coupon.code), budget(), events(coupon.code)) == (
        ("held", "o1"),
        (1, 1_000, 0),
        ["issue", "hold"],
    )
    assert wallet(shop, codes[0], customer="c2")["coupons"][0]["reason"] == "unknown_coupon"
    assert shop.cancel("o1").status_code == 200
    assert state(coupon.code) == ("unused", "")
    assert shop.paid("o2", 2, customer="c1")["payable_total"] == 19_000
    assert broken() == []


def test_no_code_is_kept_with_an_order(shop: Shop, codes: list[str]) -> None:
    """Given one code that is used and one that is not, then the order has an id and the end of the other."""
    shop.held("o1", 2, customer="c1", coupons=[codes[0], codes[1]], prefer=[codes[0]])
    order = Order.objects.get(code="o1")
    kept = str(order.quote) + str(order.request)
    assert codes[0] not in kept
    assert codes[1] not in kept
    assert f"…{codes[1][-4:]}" in kept
    assert order.request["prefer"] == [Coupon.objects.get().code]


def test_a_code_beside_coupons_of_ones_own(shop: Shop, codes: list[str]) -> None:
    own = give("s1")[0]
    answer = shop.held("o1", 2, customer="c1", coupons=[own, codes[0]])
    assert [used["offer"] for used in answer["offers"]] == ["s1", "ten"]
    assert answer["payable_total"] == 18_000
    assert Coupon.objects.filter(state="held", order_code="o1").count() == 2
    assert broken() == []


def test_an_order_of_nobody_claims_nothing(shop: Shop, codes: list[str]) -> None:
    answer = shop.held("o1", 2, coupons=[codes[0]])
    assert (answer["payable_total"], answer["coupons"][0]["reason"]) == (20_000, "unknown_coupon")
    assert Coupon.objects.count() == 0


def test_a_shared_code_is_good_once_a_customer(shop: Shop, ann: Any, cleo: Any) -> None:
    ten_off()
    opened(ann, cleo, template="ten", shared=True, word="SAVE10", quantity=2)
    assert shop.held("o1", 2, customer="c1", coupons=["save10"])["payable_total"] == 19_000
    assert shop.held("o2", 2, customer="c1", coupons=["save10"])["payable_total"] == 20_000
    assert shop.held("o3", 2, customer="c2", coupons=["SAVE10"])["payable_total"] == 19_000
    assert shop.held("o4", 2, customer="c3", coupons=["SAVE10"])["payable_total"] == 20_000
    assert broken() == []


def test_a_code_that_was_refused_leaves_no_claim(shop: Shop, codes: list[str]) -> None:
    """Given a price that is another one, then the code stays open."""
    answer = shop.order("o1", 2, customer="c1", coupons=[codes[0]], expected_payable=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "price_changed")
    assert Coupon.objects.count() == 0
    assert shop.held("o1", 2, customer="c1", coupons=[codes[0]])["payable_total"] == 19_000


def test_a_code_whose_template_has_nothing_left_is_priced_without(shop: Shop, ann: Any, cleo: Any) -> None:
    """Given an open code and a budget that others have used up, then neither quote nor order count on it, or wait."""
    ten_off(budget={"quantity": 1})
    [code] = taken(opened(ann, cleo, template="ten", quantity=1), ann, cleo)
    [last] = give(customer="c2")
    cart = {"currency": "CNY", "lines": [{"line": "1", "sku": "A", "quantity": 2}], "customer": "c1"}
    quote = shop.post("quotes", {**cart, "coupons": [code]}).json()
    assert (quote["payable_total"], quote["coupons"][0]["reason"]) == (20_000, "unknown_coupon")
    assert shop.held("o1", 2, customer="c1", coupons=[code])["payable_total"] == 20_000
    assert (budget(), state(last)) == ((1, 0, 0), ("unused", ""))
    assert broken() == []
