"""Refunds by units (section 9) on the oracle's quotes: every order of returns adds up to what was paid."""

from random import Random

import pytest

from tests.oracle import price
from tests.oracle.generate import case
from tests.oracle.refund import OverRefundError, PaidLine

WINDOW = {"starts_at": "2026-11-01T00:00:00+08:00", "ends_at": "2026-12-01T00:00:00+08:00"}


def three_for_289() -> PaidLine:
    """3 x 100 with 11 off: the units pay 97, 96, 96."""
    benefit = {"tiers": [{"at": 1, "benefit": {"amount_off": 11}}], "metric": "amount"}
    activity = {"code": "off", "name": "off", "layer": "platform", "kind": "threshold", "params": benefit}
    pack = {
        "pack": 1,
        "currency": "CNY",
        "catalog": {"shops": [{"code": "S1"}], "skus": [{"sku": "A", "shop": "S1", "price": 100}]},
        "activities": [{**activity, **WINDOW}],
    }
    lines = [{"line": "1", "sku": "A", "quantity": 3}]
    cart = {"currency": "CNY", "as_of": "2026-11-11T10:00:00+08:00", "lines": lines}
    return PaidLine.of(price(pack, cart), "1")


def test_the_first_unit_returned_is_the_dearest():
    paid = three_for_289()
    assert [one.amount for one in paid.give_back(1)] == [97]
    assert [(one.units, one.amount, one.shares) for one in paid.give_back(2)] == [(2, 192, {"off": 8})]


def test_more_than_is_left_is_refused_and_changes_nothing():
    paid = three_for_289()
    paid.give_back(2)
    with pytest.raises(OverRefundError):
        paid.give_back(2)
    assert paid.still_pays_back == 96


def test_an_adjustment_lowers_what_the_units_pay_back_later():
    paid = three_for_289()
    paid.adjust(100)  # 100 over 97 : 96 : 96 of 289: 33.56, 33.22, 33.22; the spare one to the first
    assert [one.amount for one in paid.give_back(1)] == [63]
    assert [(one.amount, one.shares) for one in paid.give_back(2)] == [(126, {"off": 8})]


def test_an_adjustment_goes_to_the_units_not_yet_returned():
    paid = three_for_289()
    paid.give_back(1)
    paid.adjust(192)
    with pytest.raises(OverRefundError):
        paid.adjust(1)
    assert [one.amount for one in paid.give_back(2)] == [0]


@pytest.mark.parametrize("seed", range(150))
def test_any_way_back_pays_exactly_what_was_paid(seed):
    quote = price(*case(seed))
    r = Random(seed)
    for row in quote["lines"]:
        paid = PaidLine.of(quote, row["line"])
        list_price, returned, money, shares, adjusted = row["list_amount"] // row["quantity"], 0, 0, 0, 0
        while returned < row["quantity"]:
            if r.random() < 0.3:
                amount = r.randint(0, paid.still_pays_back)
                paid.adjust(amount)
                adjusted += amount
            left = [at for at, units in enumerate(paid.segments) if any(not unit.returned for unit in units)]
            named = r.choice([None, *left])
            most = sum(not unit.returned for unit in paid.segments[named]) if named is not None else 99
            units = r.randint(1, min(most, row["quantity"] - returned))
            for one in paid.give_back(units, named):
                returned += one.units
                money += one.amount
                shares += sum(one.shares.values())
                assert one.amount >= 0
                assert min(one.shares.values(), default=0) >= 0
                if not adjusted:
                    assert money + shares == returned * list_price
        assert money + adjusted == row["net_amount"]
        assert money + adjusted + shares == row["list_amount"]
