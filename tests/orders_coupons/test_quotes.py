"""Quotes with coupons: which of the wallet price, which don't and why; an instant asked for; shops' keys."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.services import set_portal
from apps.core.clock import database_now
from apps.coupons.models import Coupon
from apps.offers.services import note_change
from apps.storefront.services.keys import add_client, issue_key
from tests.orders_coupons.purse import give, later, ten_off
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def cart(**fields: Any) -> dict[str, Any]:
    """Two runners for ¥200."""
    return {
        "currency": "CNY",
        "lines": [{"line": "1", "sku": "A", "quantity": 2}],
        "customer": "c1",
        **fields,
    }


def test_the_best_coupon_of_the_wallet_is_chosen(shop: Shop) -> None:
    ten_off("ten")
    ten_off(
        "fifteen", params={"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_500}}]}
    )
    ten_off("far", params={"metric": "amount", "tiers": [{"at": 50_000, "benefit": {"amount_off": 9_000}}]})
    ten, fifteen, far = give("ten")[0], give("fifteen")[0], give("far")[0]
    quote = shop.quote(**cart(explain="full"))
    assert quote["payable_total"] == 18_500
    assert [(used["offer"], used["coupon"], used["discount"]) for used in quote["offers"]] == [
        ("fifteen", fifteen, 1_500)
    ]
    told = {one["coupon"]: one for one in quote["coupons"]}
    assert told[fifteen] == {
        "coupon": fifteen,
        "template": "fifteen",
        "usable": True,
        "chosen": True,
        "saving_if_chosen": 1_500,
    }
    assert (told[ten]["usable"], told[ten]["saving_if_chosen"]) == (True, 1_000)
    assert (told[ten]["reason"], told[ten]["codes"]) == ("excluded_by", ["fifteen"])
    assert (told[far]["usable"], told[far]["reason"], told[far]["gap"]) == (
        False,
        "threshold_not_met",
        30_000,
    )
    reasons = shop.quote(**cart())
    assert all("saving_if_chosen" not in one for one in reasons["coupons"])
    assert shop.quote(**cart(explain="none"))["coupons"] == []


def test_a_coupon_named_is_the_only_one(shop: Shop) -> None:
    ten_off("ten")
    ten_off("five", params={"metric": "amount", "tiers": [{"at": 0, "benefit": {"amount_off": 500}}]})
    ten, five = give("ten")[0], give("five")[0]
    assert shop.quote(**cart(coupons=[five]))["payable_total"] == 19_500
    assert shop.quote(**cart(coupons=[]))["payable_total"] == 20_000
    assert shop.quote(**cart(prefer=[five]))["offers"][0]["coupon"] == five
    assert shop.quote(**cart(coupons=[ten, five]))["offers"][0]["coupon"] == ten


def test_of_alike_coupons_the_one_that_ends_first_is_taken(shop: Shop) -> None:
    ten_off("ten")
    late, early = give("ten")[0], give("ten", at=database_now() - timedelta(days=2))[0]
    assert shop.quote(**cart())["offers"][0]["coupon"] == early
    assert {one["coupon"]: one["chosen"] for one in shop.quote(**cart())["coupons"]} == {
        early: True,
        late: False,
    }


def test_why_a_coupon_named_cannot_be_used(shop: Shop) -> None:
    ten_off("ten")
    ten_off("soon", validity={"mode": "relative", "delay_days": 1, "days": 7})
    over, soon, other, held, used, void = (
        give("ten", at=database_now() - timedelta(days=8))[0],
        give("soon")[0],
        give("ten", customer="c2")[0],
        *give("ten", quantity=3),
    )
    shop.held("o1", 2, customer="c1", coupons=[held])
    shop.paid("o2", 2, customer="c1", coupons=[used])
    Coupon.objects.filter(code=void).update(state="void", reserved_amount=0)
    quote = shop.quote(**cart(coupons=[over, soon, other, held, used, void, "nonsense"]))
    assert {one["coupon"]: one["reason"] for one in quote["coupons"]} == {
        over: "coupon_expired",
        soon: "coupon_not_yet_valid",
        other: "unknown_coupon",
        held: "coupon_held",
        used: "coupon_used",
        void: "unknown_coupon",
        "nonsense": "unknown_coupon",
    }
    assert quote["payable_total"] == 20_000


def test_without_a_name_there_is_no_wallet(shop: Shop) -> None:
    ten_off()
    code = give()[0]
    assert shop.quote(**cart(customer=None))["coupons"] == []
    assert shop.quote(**cart(customer=None, coupons=[code]))["coupons"][0]["reason"] == "unknown_coupon"


def test_validity_is_judged_at_the_instant_asked_for(shop: Shop) -> None:
    """Given a coupon for seven days, when a preview asks for the eighth, then it is over; its state is today's."""
    ten_off()
    code = give()[0]
    now = database_now()

    def reason(days: float, **fields: Any) -> Any:
        quote = shop.quote(**cart(as_of=(now + timedelta(days=days)).isoformat(), **fields))
        return [(one["coupon"], one.get("reason")) for one in quote["coupons"]], quote["payable_total"]

    assert reason(6.9) == ([(code, None)], 19_000)
    assert reason(8) == ([(code, "coupon_expired")], 20_000)
    assert reason(-1) == ([(code, "coupon_not_yet_valid")], 20_000)
    shop.held("o1", 2, customer="c1")
    assert reason(1, coupons=[code]) == ([(code, "coupon_held")], 20_000)


def test_a_template_that_is_used_no_more(shop: Shop) -> None:
    """Issued coupons outlive the end of issuing, not the end of using, nor being void."""
    template = ten_off()
    code = give()[0]
    type(template).objects.filter(pk=template.pk).update(use_stopped_at=database_now())
    note_change(["ten"])
    quote = shop.quote(**cart())
    assert (quote["payable_total"], quote["coupons"][0]["reason"]) == (20_000, "ended")
    type(template).objects.filter(pk=template.pk).update(use_stopped_at=None, voided_at=database_now())
    note_change(["ten"])
    assert shop.quote(**cart(coupons=[code]))["coupons"][0]["reason"] == "unknown_coupon"
    after = give()[0]
    assert shop.quote(**cart(coupons=[after]))["payable_total"] == 19_000


def test_a_shops_key_sees_the_platforms_coupons_and_its_own(shop: Shop) -> None:
    ten_off("ten")
    ten_off("s1", issuer="S1")
    ten_off("s2", issuer="S2")
    ten, s1, s2 = give("ten")[0], give("s1")[0], give("s2")[0]
    client = add_client(name="one", shop="S1")
    own = Shop(issue_key(client=client, scopes=["storefront"], actor=None).text)
    assert {one["coupon"] for one in shop.quote(**cart())["coupons"]} == {ten, s1, s2}
    assert {one["coupon"] for one in own.quote(**cart())["coupons"]} == {ten, s1}
    assert own.quote(**cart(coupons=[s2]))["coupons"][0]["reason"] == "unknown_coupon"


def test_priority_keeps_the_first_that_does_not_clash(shop: Shop) -> None:
    ten_off("ten", priority=5)
    ten_off(
        "fifteen", params={"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_500}}]}
    )
    ten, fifteen = give("ten")[0], give("fifteen")[0]
    set_portal(currency="CNY", selection="priority", actor="test")
    assert shop.quote(**cart())["offers"][0]["coupon"] == ten
    assert shop.quote(**cart(prefer=[fifteen]))["offers"][0]["coupon"] == fifteen


@pytest.mark.parametrize("quantity", [1, 199])
def test_a_quote_costs_the_same_whatever_is_in_the_wallet(shop: Shop, quantity: int) -> None:
    """Given a wallet, activities with and without numbers, then one statement, two with numbers."""
    ten_off("ten", budget={"quantity": 1_000})
    give("ten", quantity=quantity)
    fair.publish(fair.activity("full"))
    shop.quote(**cart())

    def statements(**fields: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            shop.quote(**cart(**fields))
        return len([q for q in captured.captured_queries if not q["sql"].startswith(("BEGIN", "COMMIT"))])

    assert statements() == 1
    fair.publish(fair.activity("few", limits={"total_orders": 5}))
    shop.quote(**cart())
    assert statements() == 2
    assert statements(coupons=["nonsense"]) == 3


def test_what_is_over_is_not_told_of_a_whole_wallet(shop: Shop) -> None:
    ten_off()
    used, unused = give(quantity=2)
    shop.paid("o1", 2, customer="c1", coupons=[used])
    assert [one["coupon"] for one in shop.quote(**cart())["coupons"]] == [unused]
    with later(days=8):
        assert [one["reason"] for one in shop.quote(**cart())["coupons"]] == ["coupon_expired"]
