"""What holds on every quote, whatever the cart and the offers."""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.kinds import kind_from_json
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer, Targeting
from apps.pricing.scope import Scope, ScopeMode, SkuSet
from tests.pricing.strategies import NOW, carts, many_offers, offers, quote_of

CASES = int(os.environ.get("PROPERTY_CASES", "60"))  # more on demand
EARLIER = NOW - timedelta(days=2)
many = settings(max_examples=CASES, deadline=None, derandomize=True)


def answer(quote) -> dict:
    """Prices and offers used: all that a shopper sees."""
    whole = quote.to_dict()
    return {name: whole[name] for name in whole.keys() - {"not_applied", "coupons"}}


@many
@given(carts(), many_offers())
def test_net_and_shares_make_the_list_amount(cart, some):
    quote = quote_of(cart, some).to_dict()
    for line, row in zip(cart.lines, quote["lines"], strict=True):
        assert sum(segment["units"] for segment in row["segments"]) == line.quantity
        assert sum(segment["net_amount"] for segment in row["segments"]) == row["net_amount"]
        for segment in row["segments"]:
            shares = [share["amount"] for share in segment["shares"]]
            assert min([segment["net_amount"], *shares]) >= 0
            assert segment["net_amount"] + sum(shares) == segment["units"] * line.unit_price
    assert quote["list_total"] == sum(row["list_amount"] for row in quote["lines"])
    assert quote["list_total"] - quote["discount_total"] == sum(row["net_amount"] for row in quote["lines"])
    assert 0 <= quote["shipping_discount"] <= cart.shipping_fee


@many
@given(carts(), many_offers())
def test_every_discount_is_the_sum_of_its_shares(cart, some):
    quote = quote_of(cart, some).to_dict()
    shares = Counter()
    for row in quote["lines"]:
        for segment in row["segments"]:
            for share in segment["shares"]:
                shares[share["offer"]] += share["amount"]
    goods = {one["offer"]: one["discount"] for one in quote["offers"] if one["layer"] != "shipping"}
    assert {code: amount for code, amount in goods.items() if amount} == +shares
    assert sum(goods.values()) == quote["discount_total"]
    fee = sum(one["discount"] for one in quote["offers"] if one["layer"] == "shipping")
    assert fee == quote["shipping_discount"]
    assert all(one["full_discount"] >= one["discount"] for one in quote["offers"])


@many
@given(carts(), many_offers())
def test_a_discounted_unit_is_never_below_its_least_price(cart, some):
    quote = quote_of(cart, some)
    for line, segments in zip(cart.lines, quote.to_dict()["lines"], strict=True):
        for segment in segments["segments"]:
            if sum(share["amount"] for share in segment["shares"]):
                assert segment["net_amount"] >= segment["units"] * line.facts.min_price


@many
@given(carts(), many_offers())
def test_budgets_limits_and_stock_are_never_exceeded(cart, some):
    quote = quote_of(cart, some)
    for used in quote.used:
        offer = used.offer
        if offer.budget_amount is not None and not offer.is_coupon:
            assert used.discount <= offer.budget_amount
        if offer.layer is Layer.ITEM:
            bounds = [offer.limits.per_order_units, offer.stock.total]
            assert used.units <= min((bound for bound in bounds if bound is not None), default=used.units)


@many
@given(carts(), many_offers())
def test_no_two_offers_of_a_quote_exclude_each_other(cart, some):
    used = [entry.offer for entry in quote_of(cart, some).used]
    assert len({offer.code for offer in used}) == len(used)
    mutexes = [offer.mutex for offer in used if offer.mutex]
    assert len(set(mutexes)) == len(mutexes)
    for layer in (Layer.SHOP_COUPON, Layer.PLATFORM_COUPON):
        alike = [offer for offer in used if offer.layer is layer]
        assert len(alike) < 2 or all(layer in offer.stacks_with for offer in alike)


@many
@given(carts(), many_offers())
def test_offers_on_one_segment_stack_with_each_other(cart, some):
    known = {offer.code: offer for offer in some}
    for row in quote_of(cart, some).to_dict()["lines"]:
        for segment in row["segments"]:
            applied = [known[share["offer"]] for share in segment["shares"]]
            for place, one in enumerate(applied):
                for other in applied[place + 1 :]:
                    assert other.layer in one.stacks_with
                    assert one.layer in other.stacks_with


@many
@given(carts(), many_offers(), st.randoms(use_true_random=False))
def test_the_order_in_which_offers_are_given_changes_nothing(cart, some, shuffler):
    turned = list(some)
    shuffler.shuffle(turned)
    first, second = quote_of(cart, some, explain="full"), quote_of(cart, turned, explain="full")
    assert answer(first) == answer(second)
    assert first.to_dict()["not_applied"] == second.to_dict()["not_applied"]


@many
@given(carts(), many_offers(), offers("other"), st.sampled_from(["scope", "channel", "ended", "unreachable"]))
def test_an_offer_that_does_not_apply_changes_nothing(cart, some, other, why):
    assert answer(quote_of(cart, some)) == answer(quote_of(cart, [*some, out_of_reach(other, why)]))


def out_of_reach(offer: Offer, why: str) -> Offer:
    """The same offer so that this cart can never use it."""
    said = {
        name: getattr(offer, name)
        for name in ("code", "name", "kind", "layer", "owner", "shop", "priority", "scope", "stacks_with")
    }
    if why == "scope":
        return Offer(**{**said, "scope": Scope(ScopeMode.INCLUDE, SkuSet(skus=frozenset({"elsewhere"})))})
    if why == "ended" and not offer.is_coupon:
        return Offer(**said, starts_at=EARLIER, ends_at=NOW)
    if why != "unreachable":
        return Offer(**said, targeting=Targeting(channels=frozenset({"elsewhere"})))
    metric = {"metric": "quantity", "tiers": [{"at": 10_000, "benefit": {"amount_off": 999}}]}
    layer = offer.layer if offer.layer not in (Layer.ITEM, Layer.SHIPPING) else Layer.PLATFORM
    return Offer(**{**said, "kind": kind_from_json("threshold", metric), "layer": layer})


@many
@given(carts(), many_offers(most=4), offers("x"))
def test_one_more_offer_never_makes_the_best_quote_dearer(cart, some, other):
    assert quote_of(cart, [*some, other]).saved >= quote_of(cart, some).saved


@many
@given(carts(), many_offers())
def test_the_best_set_saves_at_least_what_priority_order_saves(cart, some):
    best, in_order = quote_of(cart, some), quote_of(cart, some, selection="priority")
    assert best.optimal
    assert best.saved >= in_order.saved


@many
@given(carts(), many_offers(), st.data())
def test_an_offer_that_can_be_used_is_used_where_the_shopper_insists(cart, some, data):
    wanted = data.draw(st.sampled_from(some))
    alone = quote_of(cart, [wanted])
    quote = quote_of(replace(cart, prefer=(wanted.code,)), some)
    if alone.used:
        assert wanted.code in {used.offer.code for used in quote.used}


@many
@given(carts(), many_offers())
def test_every_offer_near_the_cart_is_used_or_has_a_reason(cart, some):
    quote = quote_of(cart, some).to_dict()
    told = [one["offer"] for one in quote["offers"]] + [one["offer"] for one in quote["not_applied"]]
    assert len(told) == len(set(told))
    assert {offer.code for offer in some if offer.is_coupon} <= set(told)
    assert all(one["reason"] for one in quote["not_applied"])


@many
@given(carts(), many_offers())
def test_explaining_changes_no_amount(cart, some):
    silent = quote_of(cart, some, explain="none")
    assert answer(silent) == answer(quote_of(cart, some, explain="full"))
    assert silent.not_applied == []
