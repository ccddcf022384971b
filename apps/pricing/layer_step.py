"""One offer of a layer after the item layer, applied to one state: condition, benefit, allocation, new segments."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.allocation import spread_freely, spread_runs
from apps.pricing.benefit import NO_REWARDS, Group, Refusal, Rewards
from apps.pricing.booking import Booking, Gave, spread_whole
from apps.pricing.candidate import Candidate, compatible
from apps.pricing.kinds.segment_kind import SegmentKind
from apps.pricing.kinds.shipping_off import ShippingOff
from apps.pricing.layers import Layer
from apps.pricing.segment import Segments


class Step:
    """What an offer did: discount, what it would have been uncut, the segments after it, and the rewards of its
    tier.

    `rewarding`: at least one of them can be given.
    """

    __slots__ = ("discount", "full", "rewarding", "rewards", "segments")

    def __init__(
        self,
        discount: int,
        full: int,
        segments: Segments,
        rewards: Rewards = NO_REWARDS,
        rewarding: bool = False,
    ) -> None:
        self.discount = discount
        self.full = full
        self.segments = segments
        self.rewards = rewards
        self.rewarding = rewarding


def most(candidate: Candidate, segments: Segments, fee: int, one_shop: str | None) -> int:
    """An upper bound in minor units of what the offer can give on this state or any that follows from it;
    -1: never used."""
    offer, bit = candidate.offer, candidate.bit
    if offer.takes_whole:
        net, units = segments.sums(bit)
        if not units:
            return -1
        basis = segments.item_net(bit) if offer.basis_item else net
        bound = min(offer.kind.most_whole(basis, units), net)  # type: ignore[attr-defined]
    elif offer.layer is Layer.SHIPPING:
        return _most_shipping(candidate, segments, fee, one_shop)
    else:
        bound = offer.kind.most(segments, bit)  # type: ignore[attr-defined]
    if segments.floors and bound > 0:
        bound = min(bound, sum([segments.room(position) for position in segments.open_positions(bit)]))
    if candidate.budget_left is not None and bound > candidate.budget_left:
        bound = candidate.budget_left
    return bound


def apply_step(candidate: Candidate, segments: Segments) -> Step | Refusal:
    """The state after the offer, or why it is unused there."""
    offer, bit = candidate.offer, candidate.bit
    net, units = segments.sums(bit)
    if not units:
        return Refusal("excluded_by")
    kind: SegmentKind = offer.kind  # type: ignore[assignment]
    if offer.takes_whole:
        benefit = kind.whole_benefit(segments.item_net(bit) if offer.basis_item else net, units)
    else:
        benefit = kind.units_benefit(segments, bit)
    if isinstance(benefit, Refusal):
        return benefit
    rewarding = offer.may_reward and deliverable(benefit.rewards, candidate)
    if offer.takes_whole:
        gave = spread_whole(benefit.discount, segments, bit)
    else:
        gave = _spread_groups(benefit.groups or (), segments)
    discount = sum([share for _, share in gave.values()])
    if discount == 0 and not rewarding:
        return _undelivered(benefit.rewards, candidate)
    if candidate.budget_left is not None and discount > candidate.budget_left:
        return Refusal("budget_exhausted", left=candidate.budget_left, discount=discount)
    after = Segments.after(Booking(segments, candidate, gave), discount)
    return Step(discount, max(benefit.uncapped, discount), after, benefit.rewards, rewarding)


def deliverable(rewards: Rewards, candidate: Candidate) -> bool:
    """Whether at least one reward can be given: a gift in stock, a coupon of a template with some left to a customer
    with an id, points always."""
    if rewards.points:
        return True
    if candidate.named and any(candidate.coupons_left(coupon.template) != 0 for coupon in rewards.coupons):
        return True
    return any(candidate.sku_stock_left(gift.sku) != 0 for gift in rewards.gifts)


def _undelivered(rewards: Rewards, candidate: Candidate) -> Refusal:
    if not rewards:
        return Refusal("no_effect")
    return Refusal("customer_required" if rewards.coupons and not candidate.named else "sold_out")


def _spread_groups(groups: Sequence[Group], segments: Segments) -> Gave:
    """A group that `min_price` leaves no discount is left alone like any other without one."""
    gave: Gave = {}
    pieces, floors = segments.pieces, segments.floors
    for discount, runs, times in groups:
        if len(runs) == 1:
            amount, position, units = runs[0]
            room = (amount - pieces[position].floor) * units
            share = min(discount, room)
            if share > 0:
                before = gave.get(position, (0, 0))
                gave[position] = (before[0] + units * times, before[1] + share * times)
            continue
        if floors:
            rooms = [max(run[0] - pieces[run[1]].floor, 0) for run in runs]
            shares = spread_runs(discount, [run[0] for run in runs], [run[2] for run in runs], rooms)
            if not any(shares):
                continue
        else:
            shares = spread_freely(discount, runs)
        for (_, position, units), share in zip(runs, shares, strict=True):
            before = gave.get(position, (0, 0))
            gave[position] = (before[0] + units * times, before[1] + share * times)
    return gave


def shipping_step(
    candidate: Candidate, segments: Segments, fee: int, used: Sequence[Candidate], one_shop: str | None
) -> tuple[int, int] | Refusal:
    """(discount, full discount) on what is left of the fee, or why the offer is unused.

    `used` are the shipping offers before it; `one_shop` the shop whose cart this is, None when lines of several
    are in it.
    """
    for before in used:
        if not compatible(candidate.offer, before.offer):
            return Refusal("excluded_by", codes=[before.offer.code])
    discount = _fee_discount(candidate, segments, fee, one_shop)
    if isinstance(discount, Refusal):
        return discount
    if candidate.budget_left is not None and discount > candidate.budget_left:
        return Refusal("budget_exhausted", left=candidate.budget_left, discount=discount)
    kind: ShippingOff = candidate.offer.kind  # type: ignore[assignment]
    return discount, discount if kind.value is None else kind.value


def _fee_discount(candidate: Candidate, segments: Segments, fee: int, one_shop: str | None) -> int | Refusal:
    """What it takes off the fee; never 0. A shop's shipping offer counts only when every line is that shop's."""
    offer = candidate.offer
    if offer.shop is not None and offer.shop != one_shop:
        return Refusal("out_of_scope")
    net, units = segments.sums(candidate.bit)
    if not units:
        return Refusal("excluded_by")
    kind: ShippingOff = offer.kind  # type: ignore[assignment]
    return kind.fee_discount(net, fee) or Refusal("no_effect")


def _most_shipping(candidate: Candidate, segments: Segments, fee: int, one_shop: str | None) -> int:
    """An upper bound of what a shipping offer can take off the fee, -1 where it can never be used."""
    discount = _fee_discount(candidate, segments, fee, one_shop)
    if isinstance(discount, Refusal):
        return -1
    return discount if candidate.budget_left is None else min(discount, candidate.budget_left)
