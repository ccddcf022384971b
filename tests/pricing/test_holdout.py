"""The holdout: a stable share of customers, another one for every activity."""

import subprocess
import sys

import pytest

from apps.pricing.cart import Customer
from apps.pricing.holdout import in_holdout
from tests.pricing.builders import amount_off, cart_of, quote_of, sku

CUSTOMERS = [f"customer-{number}" for number in range(20_000)]


@pytest.mark.parametrize("bps", [1, 500, 1_000, 5_000, 9_999])
def test_the_share_held_out_is_what_was_asked_for(bps):
    share = sum(in_holdout("double11", customer, bps) for customer in CUSTOMERS) / len(CUSTOMERS)
    assert abs(share - bps / 10_000) < 0.011  # three standard deviations of 20,000 customers


def test_nobody_and_everybody():
    assert not any(in_holdout("a", customer, 0) for customer in CUSTOMERS[:500])
    assert all(in_holdout("a", customer, 10_000) for customer in CUSTOMERS[:500])


def test_who_is_held_out_stays_so_when_the_share_grows():
    small = {customer for customer in CUSTOMERS if in_holdout("a", customer, 500)}
    large = {customer for customer in CUSTOMERS if in_holdout("a", customer, 1_000)}
    assert small < large


def test_activities_hold_out_different_customers():
    one = {customer for customer in CUSTOMERS if in_holdout("a", customer, 1_000)}
    other = {customer for customer in CUSTOMERS if in_holdout("b", customer, 1_000)}
    assert 0.06 < len(one & other) / len(one) < 0.14


def test_it_is_the_same_in_every_process():
    held_out = "[n for n in range(200) if in_holdout('a', f'customer-{n}', 900)]"
    code = f"from apps.pricing.holdout import in_holdout; print({held_out})"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {str([n for n in range(200) if in_holdout("a", f"customer-{n}", 900)]) + "\n"}


def test_a_code_and_an_id_are_not_confused_with_others_that_read_alike_together():
    pairs = [("ab", "c"), ("a", "bc"), ("abc", "")]
    differing = {tuple(in_holdout(a, f"{c}{n}", 5_000) for n in range(64)) for a, c in pairs}
    assert len(differing) == len(pairs)


def test_a_quote_holds_out_the_same_customers_and_nobody_without_an_id():
    offer = amount_off("a", 1, 500, holdout_bps=5_000)
    for customer in CUSTOMERS[:50]:
        quote = quote_of(cart_of((sku("A"), 1), customer=Customer(customer)), offer)
        held_out = in_holdout("a", customer, 5_000)
        assert quote.saved == (0 if held_out else 500)
        assert [entry.reason for entry in quote.not_applied] == (["holdout"] if held_out else [])
    for nobody in (None, Customer(None)):
        assert quote_of(cart_of((sku("A"), 1), customer=nobody), offer).saved == 500
