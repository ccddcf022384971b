"""The one rule for parts of a segment: the first units carry the smaller part of the discount, and all parts add up."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.booking import first_units_net, split_shares
from apps.pricing.parts import first_units_shares

many = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("units", "shares", "taken", "carried"),
    [
        (3, (10, 1), 0, [0, 0]),
        (3, (10, 1), 1, [2, 1]),  # T = floor(11 / 3) = 3; T1 = floor(3 * 10 / 11) = 2
        (3, (10, 1), 2, [6, 1]),  # the last two units carry 4 each: T = 7; T1 = floor(7 * 10 / 11) = 6
        (3, (10, 1), 3, [10, 1]),
        (4, (0, 0, 6, 0), 3, [0, 0, 4, 0]),
        (2, (0, 0), 1, [0, 0]),
        (1, (5, 7, 9), 1, [5, 7, 9]),
        (1000, (1,), 999, [0]),  # the odd minor unit lies on the last unit
        (1000, (1,), 1000, [1]),
        (7, (), 3, []),
    ],
)
def test_worked_parts(units, shares, taken, carried):
    assert first_units_shares(units, shares, taken) == carried


@st.composite
def segments(draw):
    """(units, unit price, shares whose sum the segment can bear)."""
    units, unit_price = draw(st.integers(1, 12)), draw(st.integers(0, 300))
    left, shares = units * unit_price, []
    for _ in range(draw(st.integers(0, 4))):
        shares.append(draw(st.integers(0, left)))
        left -= shares[-1]
    return units, unit_price, tuple(shares)


def net_of_first(segment, taken: int) -> int:
    units, unit_price, shares = segment
    return taken * unit_price - sum(first_units_shares(units, shares, taken))


@many
@given(segments())
def test_units_never_fall_below_zero_and_never_get_dearer(segment):
    amounts = [net_of_first(segment, k + 1) - net_of_first(segment, k) for k in range(segment[0])]
    assert min(amounts) >= 0
    assert amounts == sorted(amounts, reverse=True)
    assert max(amounts) - min(amounts) <= 1


@many
@given(segments())
def test_no_unit_carries_a_share_below_zero(segment):
    units, _, shares = segment
    carried = [first_units_shares(units, shares, taken) for taken in range(units + 1)]
    for before, after in pairwise(carried):
        assert all(b <= a for b, a in zip(before, after, strict=True))
    assert carried[0] == [0] * len(shares)
    assert carried[-1] == list(shares)


@many
@given(segments(), st.data())
def test_a_split_adds_up_to_the_whole(segment, data):
    units, unit_price, amounts = segment
    taken = data.draw(st.integers(1, units))
    shares = tuple((f"offer {n}", amount) for n, amount in enumerate(amounts))
    net = units * unit_price - sum(amounts)
    head_net = first_units_net(units, net, taken)
    head, rest = split_shares(units, shares, taken)
    assert head_net == net_of_first(segment, taken)
    assert head_net + sum(amount for _, amount in head) == taken * unit_price
    if taken < units:
        together = [(offer, a + b) for (offer, a), (_, b) in zip(head, rest, strict=True)]
        assert together == list(shares)
        assert net - head_net >= 0
