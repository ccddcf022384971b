"""Spreading a discount over parts: worked by hand, and what holds for any parts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pricing.allocation import spread, spread_runs

many = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("discount", "nets", "rooms", "shares"),
    [
        (100, [300, 700], None, [30, 70]),
        (10, [100, 100, 100], None, [4, 3, 3]),  # equal remainders and nets: the earlier part
        (3, [1, 2, 4], None, [0, 1, 2]),  # remainders 3, 6 and 5 of 7
        (1, [3, 5], None, [0, 1]),
        (2, [10, 20, 10], None, [1, 1, 0]),  # remainders 20, 0, 20: the earlier of the equal ones
        (2, [30, 10, 20], None, [1, 0, 1]),  # remainders 0, 20, 40
        (999, [100, 50], None, [100, 50]),  # never more than there is
        (7, [0, 10], None, [0, 7]),  # a part of net 0 gets 0
        (7, [0, 0], None, [0, 0]),
        (0, [100, 50], None, [0, 0]),
        (7, [], None, []),
        (50, [100, 100], [10, 100], [10, 40]),  # what one part refuses moves to the one with room
        (60, [100, 100, 100], [0, 100, 100], [0, 30, 30]),
        (60, [100, 200, 300], [5, 10, 300], [5, 10, 45]),
        (
            90,
            [100, 100, 100],
            [10, 35, 100],
            [10, 35, 45],
        ),  # the second is over its room only once the first is full
        (500, [100, 100], [10, 20], [10, 20]),  # capped at the rooms
        (5, [10, 10], [0, 0], [0, 0]),
        (3, [100, 100], [1, 100], [1, 2]),
        (10**12, [10**12, 10**12], None, [5 * 10**11, 5 * 10**11]),
    ],
)
def test_worked_allocations(discount, nets, rooms, shares):
    assert spread(discount, nets, rooms) == shares


@st.composite
def parts(draw) -> list[tuple[int, int]]:
    """(net, room) pairs."""
    nets = draw(st.lists(st.integers(0, 500), min_size=1, max_size=6))
    return [(net, draw(st.integers(0, net))) for net in nets]


@many
@given(st.integers(0, 2000), parts())
def test_shares_add_up_and_stay_within_their_rooms(discount, given_parts):
    nets, rooms = [net for net, _ in given_parts], [room for _, room in given_parts]
    shares = spread(discount, nets, rooms)
    assert sum(shares) == min(discount, sum(rooms))
    assert all(0 <= share <= room for share, room in zip(shares, rooms, strict=True))


@many
@given(st.integers(0, 2000), parts())
def test_without_rooms_the_nets_are_the_rooms(discount, given_parts):
    nets = [net for net, _ in given_parts]
    assert spread(discount, nets) == spread(discount, nets, nets)


@many
@given(st.integers(0, 2000), parts(), st.randoms(use_true_random=False))
def test_the_order_of_parts_decides_only_between_equal_nets(discount, given_parts, shuffler):
    turned = list(given_parts)
    shuffler.shuffle(turned)

    def by_net(some):
        shares = spread(discount, *map(list, zip(*some, strict=True)))
        return sorted((net, share) for (net, _), share in zip(some, shares, strict=True))

    assert by_net(given_parts) == by_net(turned)


@many
@given(st.integers(0, 2000), st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_no_share_is_a_whole_unit_from_its_proportion(discount, nets):
    discount, total = min(discount, sum(nets)), sum(nets)
    for net, share in zip(nets, spread(discount, nets), strict=True):
        assert abs(share * total - discount * net) < max(total, 1)


@many
@given(
    st.integers(0, 3000),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(1, 5)), max_size=5),
)
def test_runs_of_alike_units_get_what_the_units_would_get(discount, given_runs):
    runs = [(net, min(net, room), units) for net, room, units in given_runs]
    expected = spread(
        discount,
        [net for net, _, units in runs for _ in range(units)],
        [room for _, room, units in runs for _ in range(units)],
    )
    sums, at = [], 0
    for _, _, units in runs:
        sums.append(sum(expected[at : at + units]))
        at += units
    found = spread_runs(discount, [n for n, _, _ in runs], [u for _, _, u in runs], [r for _, r, _ in runs])
    assert sum(found) == sum(sums)
    # Of runs with the same net and room the earlier get the odd minor units, run by run as unit by unit.
    assert found == sums
