"""The oracle on cases worked by hand: parts of a segment (section 2) and allocation (section 5)."""

from fractions import Fraction

import pytest

from tests.oracle.allocation import half_up, spread
from tests.oracle.model import Line, Offer
from tests.oracle.parts import Segment, first_shares, net_of_first, split, unit_amounts


def offer(code: str) -> Offer:
    return Offer(
        code=code, name=code, kind="threshold", layer="platform", shop=None, params={}, basis="running",
        priority=0, scope={"mode": "all"}, stacks_with=frozenset(), mutex=None, coupon=None, raw={},
    )  # fmt: skip


LINE = Line(index=0, line="1", code="A", sku=None, quantity=3, price=100)
FIRST, SECOND = offer("first"), offer("second")


def test_halves_go_up():
    assert [half_up(Fraction(n, 2)) for n in range(5)] == [0, 1, 1, 2, 2]


def test_odd_minor_units_of_the_discount_lie_on_the_last_units():
    # 3 units of 100 with shares 10 and 1: 11 off, so 3, 4 and 4 off.
    segment = Segment(LINE, 3, 100, None, ((FIRST, 10), (SECOND, 1)))
    assert unit_amounts(segment) == [97, 96, 96]


def test_inner_shares_are_rounded_down_from_the_last_to_the_first():
    # P = (10, 11). One unit: T2 = 3, T1 = floor(3 * 10 / 11) = 2. Two units: T2 = 7, T1 = floor(70 / 11) = 6.
    assert [first_shares(3, (10, 1), j) for j in range(4)] == [(0, 0), (2, 1), (6, 1), (10, 1)]


def test_a_share_of_zero_carries_nothing():
    assert first_shares(4, (0, 0, 6, 0), 3) == (0, 0, 4, 0)


def test_both_halves_of_a_split_add_up_to_the_whole():
    segment = Segment(LINE, 3, 100, None, ((FIRST, 10), (SECOND, 1)))
    taken, rest = split(segment, 1)
    assert (taken.units, taken.net, taken.shares) == (1, 97, ((FIRST, 2), (SECOND, 1)))
    assert (rest.units, rest.net, rest.shares) == (2, 192, ((FIRST, 8), (SECOND, 0)))


@pytest.mark.parametrize("shares", [(5,), (1, 1, 1), (99, 200, 1), (0, 7), (299, 1)])
def test_units_are_never_below_zero_and_never_get_dearer(shares):
    nets = [net_of_first(3, 100, shares, j) for j in range(4)]
    amounts = [nets[j + 1] - nets[j] for j in range(3)]
    assert amounts == sorted(amounts, reverse=True)
    assert min(amounts) >= 0
    assert nets[3] == 300 - sum(shares)


@pytest.mark.parametrize(
    ("discount", "nets", "rooms", "shares"),
    [
        (10, [100, 100, 100], [100, 100, 100], [4, 3, 3]),  # equal remainders, equal nets: the earlier part
        (3, [1, 2, 4], [1, 2, 4], [0, 1, 2]),  # remainders 3, 6, 5 of 7: both spare ones to 6 and 5
        (1, [3, 5], [3, 5], [0, 1]),  # remainders 3 and 5
        (2, [2, 4, 2], [2, 4, 2], [1, 1, 0]),  # remainders 4, 0, 4: the earlier of the equal ones
        (50, [100, 100], [10, 100], [10, 40]),  # the refused part moves to where there is room
        (500, [100, 100], [10, 20], [10, 20]),  # capped at the rooms
        (5, [0, 10], [0, 10], [0, 5]),  # a net of 0 gets 0
        (7, [0, 0], [0, 0], [0, 0]),
        (3600, [10000, 4000, 3000, 1000], [1000, 1000, 3000, 1000], [1000, 1000, 1200, 400]),  # two rounds
    ],
)
def test_spread(discount, nets, rooms, shares):
    assert spread(discount, nets, rooms) == shares
