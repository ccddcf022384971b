"""满送 coupons: promised with the hold, issued at payment, recalled by what remains; used ones may cost their value."""

from typing import Any

import pytest

from apps.coupons.models import Coupon, CouponTemplate, RewardHold
from apps.coupons.services.expiring import expire_due
from apps.coupons.services.issuing import stop_issuing
from apps.orders.models import LedgerEntry, Refund
from apps.orders.tasks import lapse
from tests.activities.cast import person
from tests.orders_coupons.purse import budget, give, later, state, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def giving(code: str = "gives", *, tiers: Any = None, **fields: Any) -> None:
    """From ¥100 one coupon of `ten`, from ¥200 two, unless said otherwise."""
    if tiers is None:
        tiers = [(10_000, 1), (20_000, 2)]
    rows = [
        {"at": at, "benefit": {"coupons": [{"template": "ten", "quantity": number}]}} for at, number in tiers
    ]
    fair.publish(fair.activity(code, params={"metric": "amount", "tiers": rows}, **fields))


def rewards(customer: str = "c1") -> list[str]:
    rows = Coupon.objects.filter(customer_code=customer, source="reward").order_by("id")
    return list(rows.values_list("code", flat=True))


def promises() -> list[tuple[str, str, str, int, int, str]]:
    names = ("order_code", "offer", "template", "quantity", "reserved_amount", "state")
    return list(RewardHold.objects.order_by("id").values_list(*names))


def test_a_reward_is_promised_and_issued_at_payment(shop: Shop) -> None:
    ten_off()
    giving()
    answer = shop.held("o1", 2, customer="c1")
    told = [{"offer": "gives", "template": "ten", "quantity": 2, "granted": True}]
    assert answer["rewards"] == {"coupons": told, "points": 0}
    assert promises() == [("o1", "gives", "ten", 2, 2_000, "held")]
    assert (rewards(), budget()) == ([], (2, 2_000, 0))
    assert shop.pay("o1").json()["rewards"]["coupons"] == told
    one, two = rewards()
    coupon = Coupon.objects.get(code=one)
    assert (coupon.state, coupon.origin, coupon.reserved_amount) == ("unused", "o1", 1_000)
    assert (promises()[0][-1], budget()) == ("granted", (2, 2_000, 0))
    assert shop.held("o2", 1, customer="c1")["offers"][-1]["coupon"] in (one, two)
    assert broken() == []


@pytest.mark.parametrize("how", ["cancel", "lapse"])
def test_an_unpaid_order_gives_nothing(shop: Shop, how: str) -> None:
    ten_off()
    giving()
    shop.held("o1", 2, customer="c1")
    if how == "cancel":
        shop.cancel("o1")
    else:
        with later(minutes=16):
            assert lapse() == 1
    assert (rewards(), promises()[0][-1], budget()) == ([], "released", (0, 0, 0))
    assert broken() == []


def test_what_the_budget_does_not_cover_is_told(shop: Shop) -> None:
    """Given three coupons in all, when two orders want two each, then the second is promised one, the third none."""
    ten_off(budget={"quantity": 3})
    giving()
    shop.held("o1", 2, customer="c1")
    second = shop.held("o2", 2, customer="c2")
    assert second["rewards"]["coupons"] == [
        {"offer": "gives", "template": "ten", "quantity": 1, "granted": True},
        {"offer": "gives", "template": "ten", "quantity": 1, "granted": False, "reason": "out_of_stock"},
    ]
    third = shop.held("o3", 2, customer="c2")
    assert (third["offers"], third["rewards"]["coupons"]) == ([], [])
    assert (third["not_applied"][0]["offer"], third["not_applied"][0]["reason"]) == ("gives", "sold_out")
    assert budget()[0] == 3
    assert broken() == []


def test_an_amount_limits_rewards_at_their_worst(shop: Shop) -> None:
    ten_off(budget={"amount": 1_999})
    giving()
    told = shop.held("o1", 2, customer="c1")["rewards"]["coupons"]
    assert [(one["quantity"], one["granted"]) for one in told] == [(1, True), (1, False)]
    assert budget() == (1, 1_000, 0)


def test_a_discount_stays_beside_a_reward_that_is_gone(shop: Shop) -> None:
    ten_off(budget={"quantity": 1})
    give()
    tiers = [{"at": 10_000, "benefit": {"amount_off": 500, "coupons": [{"template": "ten", "quantity": 1}]}}]
    fair.publish(fair.activity("both", params={"metric": "amount", "tiers": tiers}))
    answer = shop.held("o1", 1, customer="c2")
    assert (answer["payable_total"], answer["rewards"]["coupons"][0]["reason"]) == (9_500, "out_of_stock")
    nobody = shop.held("o2", 1)
    assert nobody["rewards"]["coupons"][0]["reason"] == "customer_required"
    assert promises() == []


def test_a_template_that_issues_no_more_keeps_its_promises(shop: Shop) -> None:
    ten_off()
    giving()
    shop.held("o1", 1, customer="c1")
    stop_issuing(template=CouponTemplate.objects.get(code="ten"), actor=person("ann", "operator"), reason="x")
    assert shop.quote(customer="c2")["not_applied"][0]["reason"] == "sold_out"
    assert shop.pay("o1").status_code == 200
    assert len(rewards()) == 1
    assert broken() == []


def paid_with_two(shop: Shop, **fields: Any) -> tuple[str, str]:
    ten_off()
    giving(**fields)
    shop.paid("o1", 2, customer="c1")
    one, two = rewards()
    return one, two


def back(shop: Shop, refund: str, quantity: int) -> Any:
    answer = shop.refund("o1", refund, lines=[{"line": "1", "quantity": quantity}])
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_what_a_lower_tier_gives_is_kept(shop: Shop) -> None:
    """Given two coupons for ¥200, when half goes back, then one is recalled, and with the rest the other."""
    one, two = paid_with_two(shop)
    half = back(shop, "r1", 1)
    told = {"offer": "gives", "kind": "coupon", "template": "ten", "quantity": 1, "recalled": True}
    assert (half["rewards"], half["refund_total"], half["clawback"]) == ([told], 10_000, 0)
    assert (state(one)[0], state(two)[0], budget()) == ("void", "unused", (1, 1_000, 0))
    assert back(shop, "r2", 1)["rewards"] == [told]
    assert (state(two)[0], budget()) == ("void", (0, 0, 0))
    recalled = LedgerEntry.objects.filter(event="recall").values_list("what", "sku", "units")
    assert list(recalled) == [("coupon", "ten", 1), ("coupon", "ten", 1)]
    assert broken() == []


def test_the_unused_one_is_recalled_first(shop: Shop) -> None:
    one, two = paid_with_two(shop)
    shop.paid("o2", 1, sku="Z", customer="c1", coupons=[one])
    shop.paid("o3", 2, sku="Z", customer="c1", coupons=[one])
    assert state(one) == ("used", "o3")
    assert back(shop, "r1", 1)["rewards"][0]["recalled"] is True
    assert (state(one), state(two)) == (("used", "o3"), ("void", ""))


@pytest.mark.parametrize(("clawback", "kept"), [("waive", 0), ("deduct", 1_000)])
def test_a_used_one_cannot_be_recalled(shop: Shop, clawback: str, kept: int) -> None:
    """Its value is deducted from the refund where the activity says so; in full once, never twice."""
    one, two = paid_with_two(shop, clawback=clawback)
    shop.paid("o2", 2, sku="Z", customer="c1", coupons=[one])
    first = back(shop, "r1", 1)
    assert (first["rewards"][0]["recalled"], state(two)[0]) == (True, "void")
    second = back(shop, "r2", 1)
    assert second["rewards"] == [
        {
            "offer": "gives",
            "kind": "coupon",
            "template": "ten",
            "quantity": 1,
            "recalled": False,
            "reason": "coupon_used",
            "value": 1_000,
        }
    ]
    assert (second["refund_total"], second["clawback"]) == (10_000 - kept, kept)
    assert state(one) == ("used", "o2")
    assert Refund.objects.get(code="r2").clawback_amount == kept
    taken = LedgerEntry.objects.filter(what="clawback").values_list("event", "amount")
    assert list(taken) == ([("refund", kept)] if kept else [])
    assert broken() == []


def test_the_value_is_less_what_was_reversed_and_never_more_than_the_refund(shop: Shop) -> None:
    """Given it saved ¥10 on an order half of which is back, then ¥5 are left; a refund of ¥3 keeps ¥3."""
    ten_off()
    giving(tiers=[(20_000, 1)], clawback="deduct")
    shop.paid("o1", 2, customer="c1")
    (one,) = rewards()
    shop.paid("o2", 2, sku="Z", customer="c1", coupons=[one])
    shop.refund("o2", "half", lines=[{"line": "1", "quantity": 1}])
    shop.refund("o1", "paid-back", adjust=[{"line": "1", "amount": 19_400}])
    answer = back(shop, "r1", 1)
    assert (answer["lines"][0]["amount"], answer["rewards"][0]["value"]) == (300, 500)
    assert (answer["refund_total"], answer["clawback"]) == (0, 300)
    assert broken() == []


def test_one_that_an_unpaid_order_holds_counts_as_used(shop: Shop) -> None:
    """The hold is a promise, so it is not taken away; the customer keeps it when the hold comes to nothing."""
    ten_off()
    giving(tiers=[(20_000, 1)], clawback="deduct")
    shop.paid("o1", 2, customer="c1")
    (one,) = rewards()
    shop.held("o2", 2, sku="Z", customer="c1", coupons=[one])
    answer = shop.refund("o1", all=True).json()
    assert (answer["rewards"][0]["reason"], answer["clawback"], answer["refund_total"]) == (
        "coupon_used",
        1_000,
        19_000,
    )
    assert state(one) == ("held", "o2")
    shop.cancel("o2")
    assert state(one) == ("unused", "")
    assert broken() == []


def test_an_expired_one_is_as_good_as_back(shop: Shop) -> None:
    one, two = paid_with_two(shop)
    with later(days=8):
        assert expire_due() == 2
        assert back(shop, "r1", 2)["rewards"][0]["quantity"] == 2
    assert (state(one)[0], state(two)[0], budget()) == ("expired", "expired", (2, 0, 0))
    assert broken() == []


def test_a_refund_returns_and_recalls_at_once(shop: Shop) -> None:
    """Given an order that used a coupon and gave one of the same template, all back: one returns, one is void."""
    ten_off()
    giving(tiers=[(10_000, 1)])
    used = give()[0]
    shop.paid("o1", 2, customer="c1")
    (given,) = rewards()
    answer = shop.refund("o1", all=True).json()
    assert answer["coupons"] == [{"coupon": used, "state": "unused"}]
    assert (state(used)[0], state(given)[0], budget()) == ("unused", "void", (1, 1_000, 0))
    assert broken() == []
