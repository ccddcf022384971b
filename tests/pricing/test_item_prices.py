"""What one unit costs: the best item offer of this customer, what is left, what is coming, how long it holds."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from apps.pricing.book import OfferBook
from apps.pricing.cart import Customer
from apps.pricing.itemprice import item_prices
from apps.pricing.layers import Layer
from apps.pricing.offer import Limits, Span, Stock, Targeting
from apps.pricing.schedule import Schedule, Session
from apps.pricing.usage import Usage
from tests.pricing.builders import HOUR, NOW, amount_off, cart_of, including, item_offer, quote_of, sku
from tests.pricing.strategies import carts, many_offers
from tests.pricing.strategies import quote_of as price_of_cart


def prices_of(cart, *offers, **more):
    return item_prices(cart, OfferBook.build(offers), NOW, **more)


def one(cart, *offers, **more):
    return prices_of(cart, *offers, **more).prices[0]


A = sku("A", 10_000)
CART = cart_of((A, 1))


def test_the_largest_reduction_wins_then_priority_then_code():
    assert one(CART, item_offer("a", 100), item_offer("b", 300)).offer.code == "b"
    assert one(CART, item_offer("a", 300), item_offer("b", 300, priority=1)).offer.code == "b"
    assert one(CART, item_offer("b", 300), item_offer("a", 300)).offer.code == "a"


def test_without_an_offer_the_list_price_stands():
    answer = one(CART, item_offer("a", 100, scope=including("B")))
    assert (answer.price, answer.offer, answer.units_left, answer.ends_at, answer.upcoming) == (
        10_000, None, None, None, None,
    )  # fmt: skip


def test_the_least_price_holds_here_too():
    cart = cart_of((sku("A", 10_000, min_price=9_500), 1))
    assert one(cart, item_offer("a", 2_000)).price == 9_500


@pytest.mark.parametrize(
    ("said", "usage", "left"),
    [
        ({"stock": Stock(total=50)}, Usage(sold_units=20), 30),
        ({"stock": Stock(per_sku={"A": 7, "B": 1})}, Usage(sold_by_sku={"A": 3}), 4),
        ({"limits": Limits(per_order_units=3)}, Usage(), 3),
        ({"limits": Limits(per_customer_units=5)}, Usage(customer_units=3), 2),
        ({"limits": Limits(per_customer_sku_units=5)}, Usage(customer_sku_units={"A": 4, "B": 5}), 1),
        ({"limits": Limits(per_customer_per_day_units=2)}, Usage(today_units=1), 1),
        ({"budget_amount": 1_000}, Usage(spent_amount=300), 2),  # at 300 a unit
        ({"stock": Stock(total=50), "limits": Limits(per_order_units=2)}, Usage(sold_units=49), 1),
        ({"stock": Stock(total=50)}, Usage(sold_units=20, stock_total=25), 5),
        ({}, Usage(), None),
    ],
)
def test_units_left_is_the_least_of_what_bounds_them(said, usage, left):
    answer = one(CART, item_offer("a", 300, **said), usages={"a": usage})
    assert (answer.units_left, answer.price) == (left, 9_700)


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        ({"stock": Stock(total=5)}, Usage(sold_units=5)),
        ({"stock": Stock(per_sku={"A": 3})}, Usage(sold_by_sku={"A": 3})),
        ({"limits": Limits(per_customer_units=5)}, Usage(customer_units=5)),
        ({"budget_amount": 1_000}, Usage(spent_amount=701)),
        ({}, Usage(stopped_skus=frozenset({"A"}))),
        ({}, Usage(blocked="paused")),
    ],
)
def test_where_nothing_is_left_the_next_offer_sets_the_price(said, usage):
    answer = one(CART, item_offer("best", 300, **said), item_offer("next", 100), usages={"best": usage})
    assert (answer.offer.code, answer.price) == ("next", 9_900)


def test_only_offers_for_this_customer_count():
    offer = item_offer("members", 300, targeting=Targeting(member_levels=frozenset({3})))
    assert one(CART, offer).price == 10_000
    assert one(cart_of((A, 1), customer=Customer("c", member_level=3)), offer).price == 9_700


def test_excluded_skus_take_no_part():
    cart = cart_of((sku("A", excluded_from=frozenset({"activities"})), 1))
    answer = one(cart, item_offer("a", 300), amount_off("over", 1, 100))
    assert (answer.price, answer.badges) == (10_000, [])


def test_badges_are_all_running_offers_that_reach_the_sku_in_order():
    offers = [
        amount_off("over", 1, 100),
        item_offer("item", 300),
        amount_off("other-sku", 1, 100, scope=including("B")),
        amount_off("later", 1, 100, starts_at=NOW + HOUR),
    ]
    assert [offer.code for offer in one(CART, *offers).badges] == ["item", "over"]


def test_what_starts_first_is_announced_with_its_price():
    soon = item_offer("soon", 300, starts_at=NOW + HOUR, visible_from=NOW)
    later = item_offer("later", 900, starts_at=NOW + 2 * HOUR, visible_from=NOW - HOUR)
    answer = one(CART, soon, later)
    assert (answer.price, answer.upcoming.offer.code, answer.upcoming.price) == (10_000, "soon", 9_700)
    assert answer.upcoming.starts_at == NOW + HOUR


@pytest.mark.parametrize("visible_from", [None, NOW + timedelta(seconds=1)])
def test_what_may_not_be_seen_yet_is_not_announced(visible_from):
    assert one(CART, item_offer("a", 300, starts_at=NOW + HOUR, visible_from=visible_from)).upcoming is None


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        ({}, Usage(blocked="ended")),  # revoked before it began
        ({}, Usage(blocked="paused")),
        ({"targeting": Targeting(member_levels=frozenset({3}))}, Usage()),
        ({"targeting": Targeting(channels=frozenset({"app"}))}, Usage()),
        ({"holdout_bps": 10_000}, Usage()),
        ({"limits": Limits(per_customer_units=2)}, Usage(customer_units=2)),
        ({"stock": Stock(total=5)}, Usage(stock_total=0)),
    ],
)
def test_what_this_customer_will_not_get_is_not_announced(said, usage):
    offer = item_offer("a", 300, starts_at=NOW + HOUR, visible_from=NOW, **said)
    assert one(CART, offer, usages={"a": usage}).upcoming is None


def test_a_hidden_teaser_tells_the_start_but_not_the_price():
    offer = item_offer("a", 300, starts_at=NOW + HOUR, visible_from=NOW, display={"teaser": "hidden"})
    upcoming = one(CART, offer).upcoming
    assert (upcoming.starts_at, upcoming.price) == (NOW + HOUR, None)


def test_a_hidden_teaser_is_no_secret_between_its_sessions():
    window = {"starts_at": NOW - HOUR, "ends_at": NOW + 30 * HOUR}
    offer = item_offer("a", 300, schedule=evening(), display={"teaser": "hidden"}, **window)
    told = one(CART, item_offer("a", 300, schedule=evening(), **window)).upcoming.price
    assert told is not None
    assert one(CART, offer).upcoming.price == told


def test_an_offer_that_makes_nothing_cheaper_is_not_announced():
    cart = cart_of((sku("A", 10_000, min_price=10_000), 1))
    assert one(cart, item_offer("a", 300, starts_at=NOW + HOUR, visible_from=NOW)).upcoming is None


def evening() -> Schedule:
    """20:00 to 22:00 in Shanghai, where it is 10:00 now."""
    return Schedule(ZoneInfo("Asia/Shanghai"), frozenset(), (Session(time(20), time(22)),))


def test_the_next_session_is_announced_unless_the_offer_ends_before():
    offer = item_offer("a", 300, schedule=evening(), starts_at=NOW - HOUR, ends_at=NOW + 30 * HOUR)
    assert one(CART, offer).upcoming.starts_at == NOW + 10 * HOUR
    offer = item_offer("a", 300, schedule=evening(), starts_at=NOW - HOUR, ends_at=NOW + 10 * HOUR)
    assert one(CART, offer).upcoming is None


def test_the_price_ends_with_the_session_or_the_offer():
    during = NOW + 11 * HOUR
    offer = item_offer("a", 300, schedule=evening(), ends_at=NOW + 48 * HOUR)
    answer = item_prices(CART, OfferBook.build([offer]), during)
    assert (answer.prices[0].ends_at, answer.valid_until) == (NOW + 12 * HOUR, NOW + 12 * HOUR)
    short = item_offer("a", 300, schedule=evening(), ends_at=NOW + 11.5 * HOUR)
    assert item_prices(CART, OfferBook.build([short]), during).prices[0].ends_at == NOW + 11.5 * HOUR


@pytest.mark.parametrize(
    ("offers", "until"),
    [
        ([], None),
        ([item_offer("a", 300)], None),
        ([item_offer("a", 300, ends_at=NOW + 5 * HOUR)], NOW + 5 * HOUR),
        ([item_offer("a", 300, ends_at=NOW)], None),
        ([item_offer("a", 300, starts_at=NOW + HOUR, ends_at=NOW + 5 * HOUR)], NOW + HOUR),
        ([item_offer("a", 300, starts_at=NOW + 3 * HOUR, visible_from=NOW + HOUR)], NOW + HOUR),
        (
            [item_offer("a", 300, ends_at=NOW + 5 * HOUR), amount_off("b", 1, 1, ends_at=NOW + HOUR)],
            NOW + HOUR,
        ),
        ([item_offer("a", 300, ends_at=NOW + HOUR, scope=including("B"))], None),
        ([item_offer("a", 300, schedule=evening())], NOW + 10 * HOUR),
        ([item_offer("a", 300, limits=Limits(per_customer_per_day_units=1))], NOW + 14 * HOUR),
        ([item_offer("a", 300, stock=Stock(total=1, per=Span.DAY))], NOW + 14 * HOUR),
    ],
)
def test_valid_until_is_the_next_instant_at_which_the_clock_changes_something(offers, until):
    assert prices_of(CART, *offers, day_ends_at=NOW + 14 * HOUR).valid_until == until


def test_each_line_is_priced_by_itself_and_one_unit_costs_what_a_cart_of_it_costs():
    b = sku("B", 5_000)
    cart = cart_of((A, 1), (b, 1))
    offers = [item_offer("a", 300, scope=including("A")), item_offer("b", 700, scope=including("A", "B"))]
    answer = prices_of(cart, *offers)
    assert [price.price for price in answer.prices] == [9_300, 4_300]
    for line, price in zip(cart.lines, answer.prices, strict=True):
        assert quote_of(cart_of((line.facts, 1)), *offers).payable_total == price.price


def test_only_the_item_layer_sets_a_price():
    answer = one(CART, amount_off("shop", 0, 500, Layer.SHOP, shop="S1"))
    assert (answer.price, answer.offer) == (10_000, None)
    assert [offer.code for offer in answer.badges] == ["shop"]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(carts(), many_offers(layers=(Layer.ITEM,)))
def test_the_price_shown_is_what_one_unit_costs_with_item_offers_alone(cart, offers):
    shown = item_prices(cart, OfferBook.build(offers), NOW)
    for line, price in zip(cart.lines, shown.prices, strict=True):
        quote = price_of_cart(cart_of((line.facts, 1), customer=cart.customer), offers)
        assert price.price == quote.list_total - quote.discount_total
        assert (price.offer is None) == (quote.used == [])
