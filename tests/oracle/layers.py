"""Section 4: applying one offer of the layers after `item` to what the set has given so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.allocation import spread
from tests.oracle.benefits import BENEFITS, Benefit, ConditionFails, Group, shipping_off
from tests.oracle.candidates import compatible, in_scope
from tests.oracle.item_layer import item_layer
from tests.oracle.model import Case, Offer
from tests.oracle.parts import Segment, split
from tests.oracle.state import Reward, State, Used


@dataclass(frozen=True)
class Unused:
    """Why the offer was not used in its turn."""

    reason: str
    gap: int | None = None


def open_to(offer: Offer, segment: Segment) -> bool:
    return in_scope(offer, segment.line) and all(compatible(offer, other) for other in segment.applied)


def apply(offer: Offer, state: State, case: Case) -> State | Unused:
    """The state with the offer used, or why it is not."""
    return (
        apply_shipping(offer, state, case) if offer.layer == "shipping" else apply_goods(offer, state, case)
    )


def apply_goods(offer: Offer, state: State, case: Case) -> State | Unused:
    places = [at for at, segment in enumerate(state.segments) if open_to(offer, segment)]
    if not places:
        return Unused("excluded_by")
    segments = [state.segments[at] for at in places]
    outcome = BENEFITS[offer.kind](offer, segments)
    if isinstance(outcome, ConditionFails):
        return Unused("threshold_not_met", outcome.gap)
    booked, full = book(outcome)
    discount = sum(share for _, share in booked.values())
    rewards = grant(outcome.rewards, offer, case)
    used = Used(offer, discount, full, rewards)
    refused = refusal(used)
    if refused is not None:
        return refused
    if discount == 0:  # Only rewards: the offer counts as applied to all of E.
        booked = {at: (segment.units, 0) for at, segment in enumerate(segments)}
    after: list[Segment] = []
    for at, segment in enumerate(state.segments):
        after += shared(offer, segment, booked.get(places.index(at)) if at in places else None)
    return replace(state, segments=tuple(after), used=(*state.used, used))


def book(benefit: Benefit) -> tuple[dict[int, tuple[int, int]], int]:
    """By segment of E: the units that groups with a discount take and its share; and the uncapped sum."""
    booked: dict[int, tuple[int, int]] = {}
    full = 0
    for group in benefit.groups:
        shares = group_shares(group)
        full += max(0, group.full_discount)
        if sum(shares) <= 0:  # Left alone: its units stay open to other offers.
            continue
        for part, share in zip(group.parts, shares, strict=True):
            units, amount = booked.get(part.at, (0, 0))
            booked[part.at] = (units + part.units, amount + share)
    return booked, full


def group_shares(group: Group) -> list[int]:
    if group.discount <= 0:
        return [0] * len(group.parts)
    return spread(group.discount, [part.net for part in group.parts], [part.room for part in group.parts])


def shared(offer: Offer, segment: Segment, booking: tuple[int, int] | None) -> Sequence[Segment]:
    """The segment with its share booked; the units taken are split off it, right before the rest."""
    if booking is None:
        return [segment]
    units, share = booking
    if units == segment.units:
        return [segment.with_share(offer, share)]
    taken, rest = split(segment, units)
    return [taken.with_share(offer, share), rest]


def refusal(used: Used) -> Unused | None:
    """Nothing gained, or more than what is left of an activity's budget."""
    if used.discount == 0 and not used.gives_reward:
        lacking = [reward.reason for reward in used.rewards if reward.reason == "customer_required"]
        return Unused("customer_required" if lacking else "no_effect")
    if used.offer.budget is not None and used.discount > used.offer.budget:
        return Unused("budget_exhausted")
    return None


def grant(benefit: Mapping[str, Any] | None, offer: Offer, case: Case) -> tuple[Reward, ...]:
    """Gifts as far as the activity's stock goes; coupons to a customer with an id; points always."""
    if benefit is None:
        return ()
    left = dict(offer.raw.get("stock", {}).get("per_sku", {}))
    rewards = []
    for gift in benefit.get("gifts", []):
        sku, wanted = gift["sku"], gift["quantity"]
        granted = min(wanted, left.get(sku, wanted))
        if sku in left:
            left[sku] -= granted
        rewards.append(Reward("gift", sku, wanted, granted, "out_of_stock" if granted < wanted else None))
    known = case.customer is not None and case.customer.id is not None
    for coupon in benefit.get("coupons", []):
        granted, reason = (coupon["quantity"], None) if known else (0, "customer_required")
        rewards.append(Reward("coupon", coupon["template"], coupon["quantity"], granted, reason))
    if benefit.get("points", 0):  # Reported with the order; an answer has no place to refuse them.
        rewards.append(Reward("points", None, benefit["points"], benefit["points"], None))
    return tuple(rewards)


def apply_shipping(offer: Offer, state: State, case: Case) -> State | Unused:
    """On what is left of the fee; it touches no segment."""
    before = [other for other in state.offers if other.layer == "shipping"]
    if not all(compatible(offer, other) for other in before):
        return Unused("excluded_by")
    if offer.shop is not None and any(not line.sku or line.sku.shop != offer.shop for line in case.lines):
        return Unused("out_of_scope")
    segments = [segment for segment in state.segments if open_to(offer, segment)]
    if not segments:
        return Unused("excluded_by")
    outcome = shipping_off(offer, segments, state.fee_left)
    if isinstance(outcome, ConditionFails):
        return Unused("threshold_not_met", outcome.gap)
    (group,) = outcome.groups
    used = Used(offer, group.discount, group.full_discount)
    refused = refusal(used)
    if refused is not None:
        return refused
    return replace(state, fee_left=state.fee_left - group.discount, used=(*state.used, used))


def evaluate(case: Case, chosen: Sequence[Offer]) -> State:
    """What the set `chosen` gives: the item layer at once, then offer by offer."""
    state = item_layer(case, [offer for offer in chosen if offer.layer == "item"])
    for offer in sorted(chosen, key=lambda one: one.order):
        if offer.layer != "item":
            after = apply(offer, state, case)
            state = after if isinstance(after, State) else state
    return state
