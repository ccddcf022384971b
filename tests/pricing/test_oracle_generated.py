"""The generator, the oracle's own promises on what it generates, and the runner that compares engines."""

from collections import Counter
from copy import deepcopy
from itertools import combinations

import pytest

from tests.oracle import price
from tests.oracle.candidates import candidates, clash
from tests.oracle.compare import differences
from tests.oracle.fuzz import faults, report, smallest
from tests.oracle.generate import case
from tests.oracle.generate_offers import KINDS
from tests.oracle.invariants import broken
from tests.oracle.layers import evaluate
from tests.oracle.model import read_case
from tests.oracle.search import best, rank

BLOCKS = range(10)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_promise_holds_on_generated_cases(block):
    for seed in range(block, 500, len(BLOCKS)):
        pack, cart = case(seed)
        assert broken(pack, cart, price(pack, cart)) == [], f"seed {seed}"


def test_sharing_prefixes_finds_what_looking_at_every_set_finds():
    for seed in range(150):
        one = read_case(*case(seed))
        found = candidates(one)
        sets = [
            chosen
            for size in range(len(found) + 1)
            for chosen in combinations(found, size)
            if not any(clash(x, y) for x, y in combinations(chosen, 2))
        ]
        by_sets = min(rank(evaluate(one, chosen), one) for chosen in sets)
        assert rank(best(one), one) == by_sets, f"seed {seed}"


def test_a_quote_does_not_depend_on_the_order_of_the_offers():
    for seed in range(150):
        pack, cart = case(seed)
        turned = deepcopy(pack)
        for name in ("activities", "coupon_templates"):
            turned[name].reverse()
        assert differences(price(pack, cart), price(turned, cart)) == [], f"seed {seed}"


def test_a_seed_gives_the_same_case_again():
    assert [case(seed) for seed in range(5)] == [case(seed) for seed in range(5)]


def test_generated_cases_reach_every_kind_in_every_layer():
    used = Counter()
    for seed in range(400):
        for one in price(*case(seed))["offers"]:
            used[one["layer"], one["kind"]] += 1
    wanted = {(layer, kind) for layer, kinds in KINDS.items() for kind in kinds}
    assert wanted - used.keys() == set()


def forgets_minimum_prices(pack, cart):
    skus = [{**sku, "min_price": None} for sku in pack["catalog"]["skus"]]
    return price({**pack, "catalog": {**pack["catalog"], "skus": skus}}, cart)


def forgets_stacking(pack, cart):
    rows = [{**row, "stacks_with": None} for row in pack["activities"]]
    return price({**pack, "activities": rows}, cart)


def gives_a_cent_too_much(pack, cart):
    quote = price(pack, cart)
    for row in quote["lines"]:
        if row["net_amount"]:
            row["net_amount"] -= 1
            break
    return quote


def fails(pack, cart):
    raise ZeroDivisionError


@pytest.mark.parametrize("engine", [forgets_minimum_prices, forgets_stacking, gives_a_cent_too_much, fails])
def test_a_wrong_engine_is_found_out(engine):
    seeds = [seed for seed in range(200) if faults(engine, *case(seed))]
    assert len(seeds) >= 3


def test_a_differing_case_is_printed_small():
    seed = next(seed for seed in range(200) if faults(forgets_minimum_prices, *case(seed)))
    pack, cart = smallest(forgets_minimum_prices, *case(seed))
    assert faults(forgets_minimum_prices, pack, cart) != []
    assert len(pack["activities"]) + len(pack["coupon_templates"]) == 1
    assert len(cart["lines"]) == 1
    assert f"seed {seed}\n" in report(seed, forgets_minimum_prices, pack, cart)


def test_shares_of_zero_may_be_listed_or_not():
    pack, cart = case(7)
    quote = price(pack, cart)
    listed = deepcopy(quote)
    listed["lines"][0]["segments"][0]["shares"].append({"offer": "z", "amount": 0})
    assert differences(quote, listed) == []
    listed["lines"][0]["segments"][0]["shares"].append({"offer": "z", "amount": 1})
    assert len(differences(quote, listed)) == 1
