"""Coupons of a wallet: which of alike ones is used, what each is told, and in which order."""

from datetime import timedelta

from apps.pricing.cart import Coupon
from tests.pricing.builders import HOUR, NOW, cart_of, coupon, quote_of, sku

CART = cart_of((sku("A"), 2))
TEN_OFF = coupon("ten", 1, 1_000)


def told(quote) -> dict[str, tuple[bool, bool, str]]:
    return {one.coupon.id: (one.usable, one.chosen, one.reason) for one in quote.coupons}


def test_of_alike_coupons_the_one_that_expires_first_is_used_then_the_smallest_id():
    wallet = [
        Coupon("d", "ten"),
        Coupon("c", "ten", valid_until=NOW + 2 * HOUR),
        Coupon("b", "ten", valid_until=NOW + HOUR),
        Coupon("a", "ten", valid_until=NOW + HOUR),
    ]
    quote = quote_of(CART, TEN_OFF, wallet=wallet)
    assert [used.coupon.id for used in quote.used] == ["a"]
    assert quote.saved == 1_000
    assert [answer.coupon.id for answer in quote.coupons if answer.chosen] == ["a"]
    assert all(answer.usable for answer in quote.coupons)


def test_a_coupon_is_valid_from_its_start_until_just_before_its_end():
    def reason(**validity):
        quote = quote_of(CART, TEN_OFF, wallet=[Coupon("a", "ten", **validity)])
        return [entry.reason for entry in quote.not_applied]

    tick = timedelta(microseconds=1)
    assert reason(valid_from=NOW, valid_until=NOW + tick) == []
    assert reason(valid_from=NOW + tick) == ["coupon_not_yet_valid"]
    assert reason(valid_until=NOW) == ["coupon_expired"]


def test_every_coupon_that_cannot_be_used_is_told_why():
    wallet = [
        Coupon("1", "ten", "held"),
        Coupon("2", "ten", "used"),
        Coupon("3", "ten", "expired"),
        Coupon("4", "nobody-knows-it"),
        Coupon("5", "far"),
        Coupon("6", "dear"),
    ]
    far = coupon("far", 1, 1_000, shop="S9")
    dear = coupon("dear", 30_000, 1_000)
    quote = quote_of(CART, TEN_OFF, far, dear, wallet=wallet)
    assert quote.saved == 0
    assert told(quote) == {
        "1": (False, False, "coupon_held"),
        "2": (False, False, "coupon_used"),
        "3": (False, False, "coupon_expired"),
        "4": (False, False, "ended"),
        "5": (False, False, "out_of_scope"),
        "6": (False, False, "threshold_not_met"),
    }
    assert next(entry.numbers for entry in quote.not_applied if entry.reason == "threshold_not_met") == {
        "gap": 10_000,
        "metric": "amount",
    }


def test_the_better_of_two_that_clash_is_chosen_and_the_other_is_told_usable():
    twelve = coupon("twelve", 1, 1_200)
    quote = quote_of(CART, TEN_OFF, twelve, explain="full")
    assert told(quote) == {
        "held-ten": (True, False, "excluded_by"),
        "held-twelve": (True, True, ""),
    }
    assert {one.coupon.id: one.saving_if_chosen for one in quote.coupons} == {
        "held-ten": 1_000,
        "held-twelve": 1_200,
    }


def test_a_cart_may_name_its_coupons_or_want_none():
    wallet = [Coupon("a", "ten"), Coupon("b", "twelve")]
    offers = [TEN_OFF, coupon("twelve", 1, 1_200)]
    named = cart_of((sku("A"), 2), coupons=("a",))
    assert [used.offer.code for used in quote_of(named, *offers, wallet=wallet).used] == ["ten"]
    none = quote_of(cart_of((sku("A"), 2), coupons=()), *offers, wallet=wallet)
    assert (none.used, none.coupons) == ([], [])


def test_unknown_coupons_are_told_in_the_order_of_the_cart():
    names = tuple(f"nobody-{number}" for number in (5, 3, 9, 1, 7, 2, 8, 4, 6, 0))
    quote = quote_of(cart_of((sku("A"), 2), coupons=(*names, "nobody-5")), TEN_OFF, wallet=[])
    assert quote.unknown_coupons == names
    answered = quote.to_dict()
    assert [entry["coupon"] for entry in answered["not_applied"]] == list(names)
    assert [entry["coupon"] for entry in answered["coupons"]] == list(names)
    assert {entry["reason"] for entry in answered["not_applied"]} == {"unknown_coupon"}
