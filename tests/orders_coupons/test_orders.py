"""A coupon's way through orders: held, used, released, returned, with the money behind it at every step."""

from datetime import timedelta
from typing import Any

import pytest

from apps.core.clock import database_now, frozen
from apps.coupons.models import Coupon, CouponTemplate, Redemption
from apps.offers.services import note_change
from apps.orders.models import LedgerEntry, Order
from apps.orders.tasks import lapse
from tests.orders_coupons.purse import budget, events, give, later, state, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def redemptions() -> list[tuple[str, str, int]]:
    rows = Redemption.objects.order_by("id")
    return list(rows.values_list("order_code", "state", "discount_amount"))


def test_an_order_holds_its_coupon(shop: Shop) -> None:
    """Given a coupon, when an order uses it, then it is held with the order and another order does without."""
    ten_off()
    code = give()[0]
    answer = shop.held("o1", 2, customer="c1")
    assert (answer["payable_total"], answer["offers"][0]["coupon"]) == (19_000, code)
    assert answer["coupons"] == [{"coupon": code, "template": "ten", "usable": True, "chosen": True}]
    assert (state(code), redemptions()) == (("held", "o1"), [("o1", "held", 1_000)])
    assert budget() == (1, 1_000, 0)
    again = shop.held("o2", 2, customer="c1")
    assert (again["payable_total"], again["coupons"][0]["reason"]) == (20_000, "coupon_held")
    assert events(code) == ["issue", "hold"]
    assert broken() == []


def test_paying_uses_it_and_frees_the_rest_of_its_reserve(shop: Shop) -> None:
    """Given 10 % off at most ¥30, when ¥20 are saved, then ¥20 are spent and ¥10 are free again."""
    ten_off(
        params={"metric": "amount", "tiers": [{"at": 0, "benefit": {"percentage_off": 1_000, "max": 3_000}}]}
    )
    code = give()[0]
    assert budget() == (1, 3_000, 0)
    answer = shop.paid("o1", 2, customer="c1")
    assert (answer["payable_total"], answer["offers"][0]["coupon"]) == (18_000, code)
    assert (state(code), redemptions()) == (("used", "o1"), [("o1", "used", 2_000)])
    assert budget() == (1, 0, 2_000)
    assert events(code) == ["issue", "hold", "use"]
    coupon = Coupon.objects.get(code=code)
    assert (coupon.reserved_amount, coupon.spent_amount) == (0, 2_000)
    assert broken() == []


def test_a_coupon_without_a_money_budget_reserves_and_spends_nothing(shop: Shop) -> None:
    ten_off(budget={"quantity": 5})
    give()
    shop.paid("o1", 2, customer="c1")
    assert budget() == (1, 0, 0)


@pytest.mark.parametrize("how", ["cancel", "lapse"])
def test_an_unpaid_order_lets_it_go(shop: Shop, how: str) -> None:
    ten_off()
    code = give()[0]
    shop.held("o1", 2, customer="c1")
    if how == "cancel":
        assert shop.cancel("o1").json()["state"] == "cancelled"
    else:
        with later(minutes=16):
            assert lapse() == 1
    assert (state(code), redemptions()) == (("unused", ""), [("o1", "released", 1_000)])
    assert (budget(), events(code)) == ((1, 1_000, 0), ["issue", "hold", "release"])
    assert shop.held("o2", 2, customer="c1")["payable_total"] == 19_000
    assert broken() == []


def test_released_too_late_it_is_expired_at_once(shop: Shop) -> None:
    """Given a coupon that ends while its order is held, then it can be paid in time, and released it is over."""
    ten_off()
    paid, gone = give(quantity=2, at=database_now() - timedelta(days=7) + timedelta(minutes=5))
    shop.held("o1", 2, customer="c1", coupons=[paid])
    shop.held("o2", 2, customer="c1", coupons=[gone])
    with later(minutes=10):
        assert shop.pay("o1").status_code == 200
        assert shop.cancel("o2").status_code == 200
    assert (state(paid), state(gone)) == (("used", "o1"), ("expired", ""))
    assert (budget(), events(gone)) == ((2, 0, 1_000), ["issue", "hold", "release", "expire"])
    assert broken() == []


def test_released_after_its_template_was_voided_it_is_void_at_once(shop: Shop) -> None:
    """Given two held coupons of a voided template, one lapses with an expired one of another template."""
    ten_off("ten")
    ten_off("other")
    one, over = give("ten")[0], give("other", at=database_now() - timedelta(days=7) + timedelta(minutes=5))[0]
    kept = give("ten", customer="c2")[0]
    shop.held("o1", 2, customer="c1", coupons=[one])
    shop.held("o2", 2, customer="c1", coupons=[over])
    shop.held("o3", 2, customer="c2")
    CouponTemplate.objects.filter(code="ten").update(voided_at=database_now())
    note_change(["ten"])
    assert shop.pay("o3").status_code == 200
    with later(minutes=16):
        assert lapse() == 2
    assert (state(one), state(over), state(kept)) == (("void", ""), ("expired", ""), ("used", "o3"))
    assert (budget("ten"), budget("other")) == ((1, 0, 1_000), (1, 0, 0))
    assert broken() == []


def policy_of(policy: str, **more: Any) -> str:
    ten_off(return_policy=policy, **more)
    return give()[0]


def test_a_full_refund_gives_it_back(shop: Shop) -> None:
    """Given a used coupon, when the last of many refunds completes, then it is unused and reserves again."""
    code = policy_of("full_refund")
    shop.paid("o1", 2, customer="c1")
    part = shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 1}]).json()
    assert (part["coupons"], state(code)) == ([], ("used", "o1"))
    rest = shop.refund("o1", "r2", all=True).json()
    assert (rest["coupons"], state(code)) == ([{"coupon": code, "state": "unused"}], ("unused", ""))
    assert part["refund_total"] + rest["refund_total"] == 19_000
    assert (budget(), redemptions()) == ((1, 1_000, 0), [("o1", "returned", 1_000)])
    assert events(code) == ["issue", "hold", "use", "return"]
    assert shop.held("o2", 2, customer="c1")["payable_total"] == 19_000
    assert broken() == []


@pytest.mark.parametrize("policy", ["cancel_only", "never"])
def test_a_policy_may_keep_it_used(shop: Shop, policy: str) -> None:
    code = policy_of(policy)
    shop.held("o1", 2, customer="c1")
    shop.cancel("o1")
    assert state(code) == ("unused", "")
    shop.paid("o2", 2, customer="c1")
    assert shop.refund("o2", all=True).json()["coupons"] == [{"coupon": code, "state": "used"}]
    assert (state(code), budget()) == (("used", "o2"), (1, 0, 1_000))


def test_the_policy_is_that_of_the_order_not_of_a_later_version(shop: Shop) -> None:
    code = policy_of("full_refund")
    shop.paid("o1", 2, customer="c1")
    ten_off(return_policy="never")
    assert shop.refund("o1", all=True).json()["coupons"] == [{"coupon": code, "state": "unused"}]


@pytest.mark.parametrize(
    ("fault", "grace", "then"),
    [("customer", 24, "expired"), ("merchant", 0, "expired"), ("merchant", 24, "unused")],
)
def test_returned_after_its_time(shop: Shop, fault: str, grace: int, then: str) -> None:
    """Through the merchant's fault it lives for the grace that its template promises."""
    code = policy_of("full_refund", return_grace_hours=grace)
    shop.paid("o1", 2, customer="c1")
    late = database_now() + timedelta(days=8)
    with frozen(late):
        answer = shop.refund("o1", all=True, fault=fault).json()
    assert answer["coupons"] == [{"coupon": code, "state": then}]
    coupon = Coupon.objects.get(code=code)
    assert (coupon.state, budget()) == (then, (1, 1_000 if then == "unused" else 0, 0))
    if then == "unused":
        assert coupon.valid_until == late + timedelta(hours=24)
    assert broken() == []


def test_a_budget_without_room_keeps_it_used(shop: Shop) -> None:
    """Given ¥10 of reserve were freed and given to another, when the first comes back, then nothing is overspent."""
    tiers = [{"at": 0, "benefit": {"percentage_off": 1_000, "max": 3_000}}]
    code = policy_of("full_refund", params={"metric": "amount", "tiers": tiers}, budget={"amount": 5_000})
    shop.paid("o1", 2, customer="c1")
    assert budget() == (1, 0, 2_000)
    give(customer="c2")
    assert budget() == (2, 3_000, 2_000)
    assert shop.refund("o1", all=True).json()["coupons"] == [{"coupon": code, "state": "used"}]
    assert (budget(), state(code)) == ((2, 3_000, 2_000), ("used", "o1"))


def test_bearers_of_a_coupon_are_those_of_its_template(shop: Shop) -> None:
    """What a coupon costs is borne as its template says, and reversed to the same parties."""
    code = policy_of(
        "full_refund", bearers=[{"party": "platform", "bps": 7_000}, {"party": "shop", "bps": 3_000}]
    )
    shop.paid("o1", 2, customer="c1")
    held = LedgerEntry.objects.filter(event="hold", what="share", offer="ten")
    assert sorted(held.values_list("bearer", "amount")) == [("platform", 700), ("shop", 300)]
    shop.refund("o1", all=True)
    back = LedgerEntry.objects.filter(event="refund", what="share", offer="ten")
    assert sorted(back.values_list("bearer", "amount")) == [("platform", 700), ("shop", 300)]
    assert Order.objects.get(code="o1").uses.get(offer="ten").version == Coupon.objects.get(code=code).version


def test_a_coupon_on_shipping(shop: Shop) -> None:
    ten_off("free", kind="shipping_off", params={"at": 0, "value": 500})
    code = give("free")[0]
    answer = shop.paid("o1", 1, customer="c1", shipping_fee=800)
    assert (answer["shipping_discount"], state(code), budget("free")) == (500, ("used", "o1"), (1, 0, 500))
    assert shop.refund("o1", all=True).json()["coupons"] == [{"coupon": code, "state": "unused"}]
    assert broken() == []


def test_coupons_beside_activities(shop: Shop) -> None:
    """A flash price, a shop's threshold and a coupon stack; the order uses each."""
    fair.publish(fair.flash("f", 9_000, stock={"total": 5}))
    fair.publish(fair.activity("full"))
    ten_off()
    code = give()[0]
    answer = shop.paid("o1", 2, customer="c1")
    assert [used["offer"] for used in answer["offers"]] == ["f", "full", "ten"]
    assert (answer["payable_total"], state(code)) == (16_000, ("used", "o1"))
    assert broken() == []


def test_no_one_elses_coupon(shop: Shop) -> None:
    ten_off()
    code = give(customer="c2")[0]
    answer = shop.held("o1", 2, customer="c1", coupons=[code])
    assert (answer["payable_total"], answer["coupons"][0]["reason"]) == (20_000, "unknown_coupon")
    assert state(code) == ("unused", "")


def test_of_what_is_no_coupon_only_the_end_is_kept(shop: Shop) -> None:
    """It may be somebody's code."""
    ten_off()
    give()
    answer = shop.held("o1", 2, customer="c1", coupons=["SECRET-CODE-WXYZ"])
    assert answer["coupons"][0]["coupon"] == "SECRET-CODE-WXYZ"
    order = Order.objects.get(code="o1")
    assert (order.request["coupons"], order.quote["coupons"][0]["coupon"]) == (["…WXYZ"], "…WXYZ")
    assert "SECRET" not in str(order.quote)
