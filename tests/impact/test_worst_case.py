"""The worst case price: planted mistakes are found, and no cart among those searched is cheaper than what was found."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.impact.worst_case import Bounds, Extent, Market, Worst, price_classes, worst_prices
from apps.offers.compile import compile_activity, compile_template
from apps.offers.documents import read_activity, read_template
from apps.pricing.cart import Cart, CartLine, Coupon, Customer, Sku
from apps.pricing.engine import price
from apps.pricing.faults import Findings, Reader
from apps.pricing.offer import Offer

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=4)
EXTENT = Extent(quantities=4, beside=2, fillers=10)


def activity(code: str, kind: str, params: dict[str, Any], **fields: Any) -> Offer:
    raw = {
        "code": code,
        "name": code,
        "layer": "platform",
        "kind": kind,
        "params": params,
        "starts_at": START.isoformat(),
        "ends_at": END.isoformat(),
        **fields,
    }
    findings = Findings()
    content = read_activity(Reader(raw, "", findings))
    assert not findings.faults, findings.faults
    return compile_activity(content)


def coupon(code: str, params: dict[str, Any], **fields: Any) -> Offer:
    findings = Findings()
    raw = {"code": code, "name": code, "kind": "threshold", "params": params, **fields}
    content = read_template(Reader(raw, "", findings))
    assert not findings.faults, findings.faults
    return compile_template(content)


def full(at: int, off: int, metric: str = "amount") -> dict[str, Any]:
    return {"metric": metric, "tiers": [{"at": at, "benefit": {"amount_off": off}}]}


def sku(code: str, price: int, **fields: Any) -> Sku:
    return Sku(code, shop="S1", price=price, **fields)


def worst(offers: Sequence[Offer], skus: Sequence[Sku], extent: Extent = EXTENT) -> dict[str, Worst]:
    market = Market(offers, starts=START, ends=END)
    classes = price_classes(market, skus)
    return {s.sku: found for one, found in worst_prices(market, classes, extent=extent) for s in one.skus}


def test_two_halves_that_stack_make_a_quarter() -> None:
    item = activity("half", "percentage_off", {"bps": 5_000}, layer="item")
    again = activity(
        "again", "threshold", {"metric": "amount", "tiers": [{"at": 0, "benefit": {"percentage_off": 5_000}}]}
    )

    found = worst([item, again], [sku("A", 10_000)])["A"]

    assert found.price == 2_500
    assert [(share.offer, share.amount) for share in found.stack] == [("half", 5_000), ("again", 2_500)]
    assert found.cart == (("A", 1),)


def test_a_threshold_with_a_missing_zero_is_worst_where_it_is_first_met() -> None:
    found = worst([activity("typo", "threshold", full(3_000, 5_000))], [sku("A", 1_000)])["A"]

    # 30 off 30 was meant as 50 off 300: three units cost nothing.
    assert (found.price, found.cart) == (0, (("A", 3),))


def test_coupon_and_flash_sale_go_below_what_either_gives() -> None:
    flash = activity("flash", "flash_sale", {"value": 6_000}, layer="item")
    found = worst([flash, coupon("50-off", full(5_000, 5_000))], [sku("A", 10_000)])["A"]

    assert found.price == 1_000
    assert [(share.offer, share.coupon) for share in found.stack] == [("flash", False), ("50-off", True)]


def test_an_exclusion_keeps_a_sku_out() -> None:
    offer = activity("all", "threshold", full(1, 5_000))

    assert worst([offer], [sku("A", 10_000, excluded_from=frozenset({"activities"}))]) == {}


def test_a_protected_neighbour_moves_the_whole_discount_here() -> None:
    offer = activity("full", "threshold", full(30_000, 5_000))
    found = worst([offer], [sku("A", 4_000), sku("B", 30_000, min_price=30_000)])["A"]

    assert (found.price, found.cart) == (0, (("A", 1), ("B", 1)))


def test_offers_at_different_hours_never_stack() -> None:
    later = (START + timedelta(days=2)).isoformat()
    first = activity("first", "percentage_off", {"bps": 5_000}, layer="item", ends_at=later)
    second = activity(
        "second",
        "threshold",
        {"metric": "amount", "tiers": [{"at": 0, "benefit": {"percentage_off": 6_000}}]},
        starts_at=later,
    )

    found = worst([first, second], [sku("A", 10_000)])["A"]

    assert (found.price, found.as_of) == (4_000, START + timedelta(days=2))


def test_nobody_is_on_two_channels() -> None:
    one = activity("app", "percentage_off", {"bps": 5_000}, layer="item", targeting={"channels": ["app"]})
    other = activity("web", "threshold", full(1, 4_000), targeting={"channels": ["web"]})

    found = worst([one, other], [sku("A", 10_000)])["A"]

    assert (found.price, found.profile.channel) == (5_000, "app")


def test_all_parts_of_a_set_are_tried() -> None:
    trio = activity(
        "trio", "bundle_price", {"items": {"A": 1, "B": 1, "C": 1}, "value": 300}, layer="shop", shop="S1"
    )
    found = worst([trio], [sku("A", 1_000), sku("B", 1_000), sku("C", 1_000)])["A"]

    assert (found.price, len(found.cart)) == (100, 3)


# -- against trying everything ----------------------------------------------------------------------------------------

SKUS = [sku("A", 1_000), sku("B", 2_600, min_price=2_000), sku("C", 990), sku("D", 1_000)]
HALVES = [START + timedelta(hours=12 * i) for i in range(8)]


@st.composite
def windows(draw: st.DrawFn) -> dict[str, str]:
    first, last = sorted(draw(st.lists(st.integers(0, 8), min_size=2, max_size=2, unique=True)))
    half = timedelta(hours=12)
    return {"starts_at": (START + first * half).isoformat(), "ends_at": (START + last * half).isoformat()}


@st.composite
def offers(draw: st.DrawFn) -> list[Offer]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        code = f"o{number}"
        scope = draw(
            st.sampled_from(
                [{"mode": "all"}, {"mode": "include", "skus": ["A", "C"]}, {"mode": "exclude", "skus": ["A"]}]
            )
        )
        targeting = draw(
            st.sampled_from([{}, {"channels": ["app"]}, {"member_levels": [3]}, {"new_customers_only": True}])
        )
        common = {"scope": scope, "targeting": targeting}
        shape = draw(st.integers(0, 7))
        if shape == 0:
            bps = draw(st.sampled_from([1_000, 5_000]))
            found.append(
                activity(code, "percentage_off", {"bps": bps}, layer="item", **common, **draw(windows()))
            )
        elif shape == 1:
            found.append(
                activity(code, "direct_reduction", {"value": 300}, layer="item", **common, **draw(windows()))
            )
        elif shape == 2:
            params = full(draw(st.sampled_from([900, 2_000, 3_100])), draw(st.sampled_from([100, 800])))
            params["repeat"] = draw(st.booleans())
            found.append(activity(code, "threshold", params, **common, **draw(windows())))
        elif shape == 3:
            found.append(
                activity(
                    code,
                    "threshold",
                    full(2, 500, "quantity"),
                    layer="shop",
                    shop="S1",
                    **common,
                    **draw(windows()),
                )
            )
        elif shape == 6:
            params = {"n": 2, "bps": draw(st.sampled_from([5_000, 10_000]))}
            found.append(
                activity(code, "nth_unit", params, layer="shop", shop="S1", **common, **draw(windows()))
            )
        elif shape == 7:
            params = {"n": 3, "value": draw(st.sampled_from([1_500, 2_500]))}
            found.append(
                activity(code, "n_for_price", params, layer="shop", shop="S1", **common, **draw(windows()))
            )
        elif shape == 4:
            found.append(
                activity(
                    code,
                    "buy_n_pay_m",
                    {"n": 3, "m": 2},
                    layer="shop",
                    shop="S1",
                    **common,
                    **draw(windows()),
                )
            )
        else:
            found.append(coupon(code, full(draw(st.sampled_from([1_000, 2_500])), 400), **common))
    return found


def everything(found: Sequence[Offer], one: Sku) -> Any:
    """The cheapest unit over every cart, half day and customer, the plain way; as a fraction of minor units."""
    market = Market(found, starts=START, ends=END)
    wallet = [Coupon(offer.code, offer.code) for offer in found if offer.is_coupon]
    carts: list[list[tuple[Sku, int]]] = [[(one, q)] for q in range(1, EXTENT.quantities + 1)]
    pairs = itertools.product(SKUS, range(1, EXTENT.beside + 1), range(1, EXTENT.beside + 1))
    carts += [[(one, q), (other, r)] for other, q, r in pairs if other is not one]
    best: tuple[int, int] | None = None
    for goods, moment, channel, level, new in itertools.product(
        carts, HALVES, (None, "app"), (None, 3), (False, True)
    ):
        lines = tuple(CartLine(str(i), s.sku, n, s.price, s) for i, (s, n) in enumerate(goods))
        cart = Cart("CNY", lines, Customer("c", level, new), channel)
        quote = price(cart, market.book, moment, wallet=wallet, explain="none")
        for segment in quote.segments[0]:
            if best is None or segment.net * best[1] < best[0] * segment.units:
                best = segment.net, segment.units
    return best


@settings(max_examples=40, deadline=None)
@given(offers())
def test_no_cart_among_those_searched_is_cheaper(found: list[Offer]) -> None:
    said = worst(found, SKUS)
    market = Market(found, starts=START, ends=END)
    classes = price_classes(market, SKUS)
    bounds = Bounds(market, classes)
    least = {one.sku: bounds.least(each) for each in classes for one in each.skus}

    for one in SKUS:
        cheapest = everything(found, one)
        assert least.get(one.sku, one.price) * cheapest[1] <= cheapest[0]
        if one.sku in said:
            assert said[one.sku].amount * cheapest[1] <= cheapest[0] * said[one.sku].units
            assert_reached(found, one, said[one.sku])
        else:
            assert cheapest[0] == one.price * cheapest[1]


def assert_reached(found: Sequence[Offer], one: Sku, said: Worst) -> None:
    """The cart that was named costs what was said."""
    by_code = {s.sku: s for s in SKUS}
    stands_for = by_code[said.sku]
    assert stands_for.price == one.price
    lines = tuple(
        CartLine(str(i), code, n, by_code[code].price, by_code[code]) for i, (code, n) in enumerate(said.cart)
    )
    wallet = [Coupon(offer.code, offer.code) for offer in found if offer.is_coupon]
    cart = said.profile.dress(Cart("CNY", lines))
    quote = price(cart, Market(found, starts=START, ends=END).book, said.as_of, wallet=wallet, explain="none")
    assert (said.amount, said.units) in [(segment.net, segment.units) for segment in quote.segments[0]]
    assert stands_for.price * said.units - sum(share.amount for share in said.stack) == said.amount
