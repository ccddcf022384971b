"""The search over sets: exact where it says so, cheap, and honest about where it stopped."""

import json
import statistics
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from apps.packs.carts import answer
from apps.packs.document import read_pack
from apps.packs.offline import OfflinePack
from apps.pricing import search
from apps.pricing.engine import price
from apps.pricing.faults import Findings
from apps.pricing.layers import Layer
from tests.pricing.builders import (
    NOW,
    activity,
    amount_off,
    cart_of,
    coupon,
    including,
    item_offer,
    quote_of,
    sku,
)

BENCH = json.loads((Path(__file__).parent.parent / "data" / "bench.json").read_text(encoding="utf-8"))
SHOP_AND_ITEM = frozenset({Layer.ITEM, Layer.SHOP})


@pytest.mark.parametrize(("group", "most"), [("ten", 35), ("twelve", 90)])
def test_evaluations_of_one_offer_a_quote(group, most, monkeypatch):
    counted = []

    def counting(*args, **more):
        quote = price(*args, **more)
        counted.append((quote.evaluations, quote.optimal))
        return quote

    monkeypatch.setattr("apps.packs.offline.price", counting)
    for case in BENCH[group]:
        pack = OfflinePack(read_pack(case["pack"], Findings()))
        quote = answer(pack, json.dumps(case["cart"]).encode())
        assert quote["payable_total"] == case["expected"]["payable_total"], case["id"]
    assert len(counted) == len(BENCH[group])
    assert all(optimal for _, optimal in counted)
    assert statistics.median(evaluations for evaluations, _ in counted) <= most


def test_an_item_price_that_costs_a_threshold_is_left_out():
    # 10 off the item leaves 90, below the 100 that 30 off needs.
    cart = cart_of((sku("A", 10_000), 1))
    quote = quote_of(cart, item_offer("item", 1_000), amount_off("over", 10_000, 3_000))
    assert [used.offer.code for used in quote.used] == ["over"]
    assert quote.payable_total == 7_000
    assert quote.optimal


def test_offers_that_cannot_meet_are_decided_apart():
    # Forty offers, each on a SKU of its own: together 2 ** 40 sets, apart a handful.
    skus = [sku(f"K{number}") for number in range(40)]
    offers = [
        amount_off(f"o{number}", 1, 100 + number, scope=including(f"K{number}")) for number in range(40)
    ]
    quote = quote_of(cart_of(*((one, 1) for one in skus)), *offers)
    assert quote.discount_total == sum(100 + number for number in range(40))
    assert quote.optimal
    assert quote.evaluations <= 80


def test_two_hundred_coupons_of_which_one_can_be_used_are_searched_completely():
    cart = cart_of((sku("A"), 2), (sku("B"), 3), shipping_fee=1_000)
    activities = [
        item_offer("item", 500, scope=including("A")),
        amount_off("shop", 20_000, 2_000, Layer.SHOP, shop="S1"),
        amount_off("platform", 30_000, 1_000),
        activity("ship", Layer.SHIPPING, "shipping_off", {"at": 40_000, "free": True}),
    ]
    coupons = [coupon(f"c{number:03}", 100 * number, 20 * number + number % 7) for number in range(1, 201)]
    quote = quote_of(cart, *activities, *coupons)
    assert quote.optimal
    # 49,000 - 2,000 - 1,000: all thresholds are met; the fee stays free only above 40,000, worth 1,000.
    single = [quote_of(cart, *activities, one).saved for one in coupons]
    assert quote.saved == max(single)
    assert sum(used.coupon is not None for used in quote.used) == 1
    assert len(quote.coupons) == 200


def many_that_interact(count: int):
    """Alternating benefits on overlapping SKUs that stack with each other, so that nothing rules a set out early."""
    layers = frozenset(Layer) - {Layer.SHIPPING}
    offers = []
    for number in range(count):
        scope = including(*(f"K{(number + step) % 8}" for step in range(3)))
        off = 300 + 37 * (number * 7 % 11)
        offers.append(
            amount_off(f"o{number:02}", 9_000 + 1_700 * (number % 5), off, scope=scope, stacks_with=layers)
        )
    return cart_of(*((sku(f"K{number}", 3_300 + 17 * number), 1 + number % 2) for number in range(8))), offers


def test_beyond_its_budget_the_search_says_so_and_is_never_worse_than_priority_order(monkeypatch):
    cart, offers = many_that_interact(16)
    monkeypatch.setattr(search, "EVALUATION_BUDGET", 40)
    quote, in_order = quote_of(cart, *offers), quote_of(cart, *offers, selection="priority")
    assert not quote.optimal
    assert quote.to_dict()["optimal"] is False
    assert quote.evaluations <= 41
    assert quote.saved >= in_order.saved > 0


def test_the_budget_is_counted_not_timed():
    cart, offers = many_that_interact(24)
    first, second = quote_of(cart, *offers), quote_of(cart, *offers)
    assert first.evaluations == second.evaluations
    assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize("budget", [0, 1, 5, 100, 1000])
def test_a_larger_budget_never_gives_less(budget, monkeypatch):
    cart, offers = many_that_interact(14)
    full = quote_of(cart, *offers)
    monkeypatch.setattr(search, "EVALUATION_BUDGET", budget)
    assert quote_of(cart, *offers, selection="priority").saved <= quote_of(cart, *offers).saved <= full.saved


def test_twelve_that_interact_are_complete_whatever_the_budget(monkeypatch):
    cart, offers = many_that_interact(12)
    monkeypatch.setattr(search, "EVALUATION_BUDGET", 0)
    assert quote_of(cart, *offers).optimal


def test_of_equal_savings_fewer_coupons_then_fewer_offers_then_priority_and_code_decide():
    cart = cart_of((sku("A"), 1))
    alone = frozenset({Layer.ITEM})
    same = [
        amount_off("b", 1, 500, stacks_with=alone),
        amount_off("a", 1, 500, stacks_with=alone),
        coupon("0", 1, 500, stacks_with=alone),
    ]
    assert [used.offer.code for used in quote_of(cart, *same).used] == ["a"]
    same[0] = amount_off("b", 1, 500, stacks_with=alone, priority=1)
    assert [used.offer.code for used in quote_of(cart, *same).used] == ["b"]
    halves = [
        item_offer("i1", 200, stacks_with=frozenset({Layer.SHOP})),
        amount_off("s1", 1, 300, Layer.SHOP, shop="S1", stacks_with=SHOP_AND_ITEM),
    ]
    used = quote_of(cart, *halves, amount_off("one", 1, 500, stacks_with=frozenset())).used
    assert [one.offer.code for one in used] == ["one"]


def test_codes_are_compared_by_code_point():
    cart = cart_of((sku("A"), 1))
    offers = [amount_off(code, 1, 500) for code in ("b", "B", "_", "0")]
    assert [used.offer.code for used in quote_of(cart, *offers).used] == ["0"]


def test_what_the_shopper_insists_on_comes_before_the_saving():
    cart = cart_of((sku("A"), 1), prefer=("small",))
    quote = quote_of(cart, amount_off("large", 1, 900), amount_off("small", 1, 100))
    assert [used.offer.code for used in quote.used] == ["small"]


def test_the_same_cart_at_another_offset_costs_the_same():
    cart = cart_of((sku("A"), 1))
    offer = amount_off("a", 1, 500, starts_at=NOW)
    assert quote_of(cart, offer, as_of=NOW.astimezone(ZoneInfo("Asia/Shanghai"))).saved == 500
