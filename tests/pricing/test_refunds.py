"""The reverse way: whatever is returned or adjusted, in whatever order, pays back exactly what was paid."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.refund import OverRefund, PaidSegment, adjust, return_from_line, return_units
from tests.oracle import price
from tests.oracle.generate import case
from tests.oracle.refund import PaidLine

many = settings(max_examples=200, deadline=None, derandomize=True)


def three_for_289() -> PaidSegment:
    """3 x 100 with 11 off: the units pay 97, 96, 96."""
    return PaidSegment(3, 100, shares=(("a", 10), ("b", 1)))


def test_the_first_unit_returned_is_the_dearest():
    first = return_units(three_for_289(), 1)
    assert (first.amount, first.shares) == (97, (("a", 2), ("b", 1)))
    rest = return_units(first.segment, 2)
    assert (rest.amount, rest.shares, rest.segment.left) == (192, (("a", 8), ("b", 0)), 0)


def test_an_item_offer_gives_back_its_reduction_unit_by_unit():
    segment = PaidSegment(2, 100, "flash", 41, shares=(("off", 7),))
    first = return_units(segment, 1)
    assert (first.amount, first.shares) == (56, (("flash", 41), ("off", 3)))
    assert return_units(first.segment, 1).amount == 55


@pytest.mark.parametrize("units", [0, -1, 4])
def test_more_or_less_than_can_be_returned_is_refused(units):
    with pytest.raises(OverRefund):
        return_units(three_for_289(), units)
    with pytest.raises(OverRefund):
        return_from_line([three_for_289()], units)


def test_the_last_segment_goes_back_first():
    line = [PaidSegment(2, 100, "flash", 41), PaidSegment(1, 100)]
    back = [(number, one.units, one.amount) for number, one in return_from_line(line, 2)]
    assert back == [(1, 1, 100), (0, 1, 59)]


def test_an_adjustment_lowers_what_units_pay_back_later():
    (adjusted,) = adjust([three_for_289()], 100)  # 33.56, 33.22, 33.22: the spare one to the first unit
    first = return_units(adjusted, 1)
    assert (first.amount, first.shares) == (63, (("a", 2), ("b", 1)))
    assert return_units(first.segment, 2).amount == 126


def test_an_adjustment_beyond_what_is_left_is_refused():
    segment = return_units(three_for_289(), 1).segment
    assert segment.left == 192
    with pytest.raises(OverRefund):
        adjust([segment], 193)
    with pytest.raises(OverRefund):
        adjust([segment], -1)
    (empty,) = adjust([segment], 192)
    assert return_units(empty, 2).amount == 0


@st.composite
def lines(draw) -> list[PaidSegment]:
    list_price = draw(st.integers(0, 400))
    segments = []
    for _ in range(draw(st.integers(1, 3))):
        units = draw(st.integers(1, 6))
        reduction = draw(st.integers(0, list_price))
        left, shares = units * (list_price - reduction), []
        for name in "xyz"[: draw(st.integers(0, 3))]:
            shares.append((name, draw(st.integers(0, left))))
            left -= shares[-1][1]
        item = "flash" if reduction else None
        segments.append(PaidSegment(units, list_price, item, reduction, tuple(shares)))
    return segments


@many
@given(lines(), st.data())
def test_any_order_of_returns_and_adjustments_pays_exactly_what_was_paid(line, data):
    paid = sum(segment.net for segment in line)
    listed = sum(segment.units * segment.list_price for segment in line)
    money = adjusted = reversed_ = 0
    while units_left := sum(segment.units - segment.returned for segment in line):
        if data.draw(st.integers(0, 2)) == 2:
            amount = data.draw(st.integers(0, sum(segment.left for segment in line)))
            line = adjust(line, amount)
            adjusted += amount
            continue
        back = return_from_line(line, data.draw(st.integers(1, units_left)))
        for number, one in back:
            assert one.amount >= 0
            assert all(amount >= 0 for _, amount in one.shares)
            money += one.amount
            reversed_ += sum(amount for _, amount in one.shares)
            line[number] = one.segment
    assert money + adjusted == paid
    assert paid + reversed_ == listed
    assert [segment.left for segment in line] == [0] * len(line)


@many
@given(lines(), st.data())
def test_without_adjustments_money_and_shares_are_the_list_price_at_every_step(line, data):
    list_price = line[0].list_price
    while units_left := sum(segment.units - segment.returned for segment in line):
        units = data.draw(st.integers(1, units_left))
        back = return_from_line(line, units)
        assert sum(one.amount + sum(a for _, a in one.shares) for _, one in back) == units * list_price
        for number, one in back:
            line[number] = one.segment


def segments_of(quote: dict, row: dict) -> list[PaidSegment]:
    item_offers = {one["offer"] for one in quote["offers"] if one["layer"] == "item"}
    list_price = row["list_amount"] // row["quantity"]
    segments = []
    for segment in row["segments"]:
        shares = [(share["offer"], share["amount"]) for share in segment["shares"]]
        item = [share for share in shares if share[0] in item_offers]
        later = tuple(share for share in shares if share[0] not in item_offers)
        code, reduction = (item[0][0], item[0][1] // segment["units"]) if item else (None, 0)
        segments.append(PaidSegment(segment["units"], list_price, code, reduction, later))
    return segments


@pytest.mark.parametrize("block", range(8))
def test_refunds_agree_with_the_literal_implementation(block):
    compared = 0
    for seed in range(block, 320, 8):
        quote, r = price(*case(seed)), Random(seed)
        for row in quote["lines"]:
            line, literal = segments_of(quote, row), PaidLine.of(quote, row["line"])
            while units_left := sum(segment.units - segment.returned for segment in line):
                if r.random() < 0.4:
                    amount = r.randint(0, sum(segment.left for segment in line))
                    line = adjust(line, amount)
                    literal.adjust(amount)
                    continue
                units = r.randint(1, units_left)
                back = return_from_line(line, units)
                expected = [
                    (one.segment, one.units, one.amount, {code: a for code, a in one.shares.items() if a})
                    for one in literal.give_back(units)
                ]
                found = [
                    (number, one.units, one.amount, {code: a for code, a in one.shares if a})
                    for number, one in back
                ]
                assert found == expected, f"seed {seed} line {row['line']}"
                compared += 1
                for number, one in back:
                    line[number] = one.segment
    assert compared > 100
