"""One offer of a layer after the item layer, applied to one state: condition, benefit, allocation, new segments."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.allocation import spread, spread_runs
from apps.pricing.benefit import NO_REWARDS, Benefit, Refusal, Rewards
from apps.pricing.candidate import Candidate
from apps.pricing.kinds.segment_kind import SegmentKind
from apps.pricing.kinds.shipping_off import ShippingOff
from apps.pricing.parts import first_units_shares
from apps.pricing.segment import Segment


class Step:
    """What an offer did: discount, what it would have been uncut, the segments after it, and the rewards it gives."""

    __slots__ = ("discount", "full", "rewards", "segments")

    def __init__(
        self, discount: int, full: int, segments: list[Segment], rewards: Rewards = NO_REWARDS
    ) -> None:
        self.discount = discount
        self.full = full
        self.segments = segments
        self.rewards = rewards


def open_positions(candidate: Candidate, segments: Sequence[Segment]) -> list[int]:
    """Positions of the segments in the offer's scope whose applied offers are all compatible with it."""
    lines, bit, refused = candidate.lines, candidate.offer.layer_bit, ~candidate.offer.stacks
    return [
        i
        for i, segment in enumerate(segments)
        if lines >> segment.line & 1 and segment.accepts & bit and not segment.layers & refused
    ]


def look(candidate: Candidate, segments: Sequence[Segment]) -> tuple[list[int], Benefit | Refusal]:
    """The open positions and what the offer would give on them, before rooms and budget."""
    positions = open_positions(candidate, segments)
    if not positions:
        return positions, Refusal("excluded_by")
    kind: SegmentKind = candidate.offer.kind  # type: ignore[assignment]
    return positions, kind.benefit([segments[i] for i in positions], candidate.offer.basis_item)


def most(candidate: Candidate, segments: Sequence[Segment]) -> int:
    """An upper bound in minor units of what the offer can give on this state or any that follows from it."""
    positions, benefit = look(candidate, segments)
    if isinstance(benefit, Refusal):
        return -1
    room = 0
    for i in positions:
        segment = segments[i]
        if (spare := segment.net - segment.units * segment.floor) > 0:
            room += spare
    bound = min(benefit.discount, room)
    return bound if candidate.budget_left is None else min(bound, candidate.budget_left)


def apply_step(candidate: Candidate, segments: list[Segment]) -> Step | Refusal:
    """The state after the offer, or why it is unused there."""
    positions, benefit = look(candidate, segments)
    if isinstance(benefit, Refusal):
        return benefit
    rewards = deliverable(benefit.rewards, candidate)
    if benefit.groups is None:
        shares = _spread_whole(benefit.discount, segments, positions)
    else:
        shares, taken = _spread_groups(benefit, segments, positions)
    discount = sum(shares)
    if discount == 0 and not rewards:
        return Refusal("sold_out" if benefit.rewards else "no_effect")
    if candidate.budget_left is not None and discount > candidate.budget_left:
        return Refusal("budget_exhausted", left=candidate.budget_left, discount=discount)
    if benefit.groups is None:
        after = _book_whole(candidate, segments, positions, shares)
    else:
        after = _book_units(candidate, segments, positions, shares, taken)
    return Step(discount, max(benefit.uncapped, discount), after, benefit.rewards if rewards else NO_REWARDS)


def deliverable(rewards: Rewards, candidate: Candidate) -> bool:
    """Whether at least one reward can be given (a gift in stock; coupons and points always)."""
    if rewards.coupons or rewards.points:
        return True
    return any(candidate.sku_stock_left(gift.sku) != 0 for gift in rewards.gifts)


def _spread_whole(discount: int, segments: Sequence[Segment], positions: Sequence[int]) -> list[int]:
    nets = [segments[i].net for i in positions]
    rooms = [segments[i].room for i in positions]
    return spread(discount, nets, rooms) if discount else [0] * len(positions)


def _book_whole(
    candidate: Candidate, segments: list[Segment], positions: Sequence[int], shares: Sequence[int]
) -> list[Segment]:
    offer = candidate.offer
    after = segments.copy()
    for position, share in zip(positions, shares, strict=True):
        s = segments[position]
        after[position] = Segment(
            s.line,
            s.sku,
            s.floor,
            s.units,
            s.unit_price,
            s.net - share,
            (*s.shares, (offer, share)),
            s.layers | offer.layer_bit,
            s.accepts & offer.stacks,
            s.item_offer,
        )
    return after


def _spread_groups(
    benefit: Benefit, segments: Sequence[Segment], positions: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Per open position: the sum of the shares of its units, and how many units it gave.

    A group that `min_price` leaves no discount is left alone like any other without one.
    """
    shares, taken = [0] * len(positions), [0] * len(positions)
    for discount, runs, times in benefit.groups or ():
        nets = [run.amount for run in runs]
        rooms = [max(run.amount - segments[positions[run.segment]].floor, 0) for run in runs]
        counts = [run.units for run in runs]
        spread_over = spread_runs(discount, nets, rooms, counts)
        if not any(spread_over):
            continue
        for run, share in zip(runs, spread_over, strict=True):
            shares[run.segment] += share * times
            taken[run.segment] += run.units * times
    return shares, taken


def _book_units(
    candidate: Candidate,
    segments: list[Segment],
    positions: Sequence[int],
    shares: Sequence[int],
    taken: Sequence[int],
) -> list[Segment]:
    """Split the units taken off their segments, right before the rest, and book the shares on them."""
    offer = candidate.offer
    gave = {position: (taken[i], shares[i]) for i, position in enumerate(positions) if taken[i]}
    after: list[Segment] = []
    for position, segment in enumerate(segments):
        if position not in gave:
            after.append(segment)
            continue
        units, share = gave[position]
        head, rest = split(segment, units)
        head.shares = (*head.shares, (offer, share))
        head.net -= share
        head.layers |= offer.layer_bit
        head.accepts &= offer.stacks
        after.append(head)
        if rest is not None:
            after.append(rest)
    return after


def split(segment: Segment, units: int) -> tuple[Segment, Segment | None]:
    """A new segment of the first `units` units and one of the rest (None when all are taken), by the rule for parts."""
    s = segment
    carried = first_units_shares(s.units, [share for _, share in s.shares], units)
    head_shares = tuple((offer, part) for (offer, _), part in zip(s.shares, carried, strict=True))
    head_net = units * s.unit_price - sum(carried)
    head = Segment(
        s.line, s.sku, s.floor, units, s.unit_price, head_net, head_shares, s.layers, s.accepts, s.item_offer
    )
    if units == s.units:
        return head, None
    rest_shares = tuple((offer, share - part) for (offer, share), part in zip(s.shares, carried, strict=True))
    rest = Segment(
        s.line,
        s.sku,
        s.floor,
        s.units - units,
        s.unit_price,
        s.net - head_net,
        rest_shares,
        s.layers,
        s.accepts,
        s.item_offer,
    )
    return head, rest


def shipping_step(
    candidate: Candidate,
    segments: Sequence[Segment],
    fee: int,
    used: Sequence[Candidate],
    one_shop: str | None,
) -> tuple[int, int] | Refusal:
    """(discount, full discount) on what is left of the fee, or why the offer is unused.

    `used` are the shipping offers before it; `one_shop` the shop whose cart this is, None when lines of several are in it.
    """
    offer = candidate.offer
    if offer.shop is not None and offer.shop != one_shop:
        return Refusal("out_of_scope")
    for before in used:
        if not (offer.stacks & before.offer.layer_bit and before.offer.stacks & offer.layer_bit):
            return Refusal("excluded_by", codes=[before.offer.code])
    positions = open_positions(candidate, segments)
    if not positions:
        return Refusal("excluded_by")
    kind: ShippingOff = offer.kind  # type: ignore[assignment]
    discount = kind.fee_discount(sum(segments[i].net for i in positions), fee)
    if isinstance(discount, Refusal):
        return discount
    if discount == 0:
        return Refusal("no_effect")
    if candidate.budget_left is not None and discount > candidate.budget_left:
        return Refusal("budget_exhausted", left=candidate.budget_left, discount=discount)
    return discount, discount if kind.value is None else kind.value


def most_shipping(candidate: Candidate, segments: Sequence[Segment], fee: int, one_shop: str | None) -> int:
    """An upper bound of what a shipping offer can take off the fee, -1 where it can never be used."""
    offer = candidate.offer
    positions = open_positions(candidate, segments)
    if not positions or (offer.shop is not None and offer.shop != one_shop):
        return -1
    kind: ShippingOff = offer.kind  # type: ignore[assignment]
    discount = kind.fee_discount(sum(segments[i].net for i in positions), fee)
    if isinstance(discount, Refusal):
        return -1
    return discount if candidate.budget_left is None else min(discount, candidate.budget_left)
