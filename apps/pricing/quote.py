"""The answer: every line with its segments and shares, every offer used, every offer refused with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from apps.pricing.benefit import RewardCoupon
from apps.pricing.booking import Share
from apps.pricing.candidate import Candidate
from apps.pricing.cart import Cart, Coupon
from apps.pricing.eligibility import Eligibility
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.segment import Piece
from apps.pricing.state import State


@dataclass(slots=True)
class UsedOffer:
    """An offer that applied: its discount, and what it would have been uncut (`full_discount`), in minor units."""

    offer: Offer
    coupon: Coupon | None
    discount: int
    full_discount: int
    units: int | None = None


@dataclass(slots=True)
class NotApplied:
    """An offer that did not apply: one reason code and the numbers behind it."""

    offer: Offer
    coupon: Coupon | None
    reason: str
    numbers: Mapping[str, object]


@dataclass(slots=True)
class Reward:
    """A gift (`sku`), reward coupon (`template`) or points that an offer gives; `refusal` says why it cannot
    be given."""

    offer: Offer
    quantity: int
    sku: str | None = None
    template: str | None = None
    refusal: str = ""


@dataclass(slots=True)
class CouponAnswer:
    """What the quote says of one coupon of the wallet."""

    coupon: Coupon
    usable: bool
    chosen: bool
    reason: str = ""
    numbers: dict[str, object] = field(default_factory=dict)
    saving_if_chosen: int | None = None


class QuotedSegment(NamedTuple):
    """A segment of the answer: its goods, units, net amount, and the shares of the offers after the item layer."""

    piece: Piece
    units: int
    net: int
    shares: tuple[Share, ...]


@dataclass(slots=True)
class Quote:
    """A priced cart. Invariants: sum of shares = discount on the goods; net + shares = list, per segment,
    line and in all."""

    cart: Cart
    as_of: datetime
    segments: list[list[QuotedSegment]]
    used: list[UsedOffer]
    rewards: list[Reward]
    list_total: int
    discount_total: int
    shipping_discount: int
    optimal: bool
    evaluations: int
    not_applied: list[NotApplied] = field(default_factory=list)
    coupons: list[CouponAnswer] = field(default_factory=list)
    unknown_coupons: tuple[str, ...] = ()

    @property
    def saved(self) -> int:
        return self.discount_total + self.shipping_discount

    @property
    def payable_total(self) -> int:
        return self.list_total - self.discount_total + self.cart.shipping_fee - self.shipping_discount

    def to_dict(self) -> dict[str, Any]:
        """The quote in the shape of the API (without `book`)."""
        return {
            "currency": self.cart.currency,
            "as_of": self.as_of.isoformat(),
            "optimal": self.optimal,
            "list_total": self.list_total,
            "discount_total": self.discount_total,
            "shipping_fee": self.cart.shipping_fee,
            "shipping_discount": self.shipping_discount,
            "payable_total": self.payable_total,
            "lines": [self._line(i) for i in range(len(self.cart.lines))],
            "offers": [_used_dict(used) for used in self.used],
            "gifts": [_reward_dict(r, "sku", r.sku) for r in self.rewards if r.sku is not None],
            "rewards": self._rewards(),
            "not_applied": [_not_applied_dict(entry) for entry in self.not_applied]
            + [
                {"offer": None, "coupon": coupon, "reason": "unknown_coupon"}
                for coupon in self.unknown_coupons
            ],
            "coupons": [_coupon_dict(answer) for answer in self.coupons]
            + [
                {
                    "coupon": coupon,
                    "template": None,
                    "usable": False,
                    "chosen": False,
                    "reason": "unknown_coupon",
                }
                for coupon in self.unknown_coupons
            ],
        }

    def _line(self, position: int) -> dict[str, Any]:
        line = self.cart.lines[position]
        segments = self.segments[position]
        return {
            "line": line.line,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "list_amount": line.quantity * line.unit_price,
            "net_amount": sum(segment.net for segment in segments),
            "segments": [
                {
                    "units": s.units,
                    "net_amount": s.net,
                    "shares": segment_shares(s, line.unit_price),
                }
                for s in segments
            ],
        }

    def _rewards(self) -> dict[str, Any]:
        return {
            "coupons": [
                _reward_dict(r, "template", r.template) for r in self.rewards if r.template is not None
            ],
            "points": sum(r.quantity for r in self.rewards if r.sku is None and r.template is None),
        }


def segment_shares(segment: QuotedSegment, list_price: int) -> list[dict[str, Any]]:
    """Every offer applied to a segment with its amount, the item offer's reduction first; net + shares = list."""
    shares = [{"offer": offer.code, "amount": amount} for offer, amount in segment.shares]
    piece = segment.piece
    if piece.item_offer is not None:
        reduction = segment.units * (list_price - piece.unit_price)
        shares.insert(0, {"offer": piece.item_offer.code, "amount": reduction})
    return shares


def _used_dict(used: UsedOffer) -> dict[str, Any]:
    offer = used.offer
    return {
        "offer": offer.code,
        "kind": offer.kind.code,
        "layer": offer.layer.value,
        "name": offer.name,
        "coupon": used.coupon.id if used.coupon else None,
        "discount": used.discount,
        "full_discount": used.full_discount,
    }


def _reward_dict(reward: Reward, key: str, value: str | None) -> dict[str, Any]:
    answer = {
        "offer": reward.offer.code,
        key: value,
        "quantity": reward.quantity,
        "granted": not reward.refusal,
    }
    if reward.refusal:
        answer["reason"] = reward.refusal
    return answer


def _plain(numbers: Mapping[str, object]) -> dict[str, object]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value for key, value in numbers.items()
    }


def _not_applied_dict(entry: NotApplied) -> dict[str, Any]:
    return {
        "offer": entry.offer.code,
        "coupon": entry.coupon.id if entry.coupon else None,
        "reason": entry.reason,
        **_plain(entry.numbers),
    }


def _coupon_dict(answer: CouponAnswer) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "coupon": answer.coupon.id,
        "template": answer.coupon.template,
        "usable": answer.usable,
        "chosen": answer.chosen,
    }
    if answer.reason:
        entry["reason"] = answer.reason
        entry.update(_plain(answer.numbers))
    if answer.saving_if_chosen is not None:
        entry["saving_if_chosen"] = answer.saving_if_chosen
    return entry


def compose(
    cart: Cart, as_of: datetime, found: Eligibility, states: Sequence[State], optimal: bool, evaluations: int
) -> Quote:
    """One quote from the outcome of every group; lines that no group reaches keep their price."""
    segments: list[list[QuotedSegment]] = [[] for _ in cart.lines]
    used: list[tuple[Candidate, UsedOffer]] = []
    shipping_discount = 0
    for state in states:
        columns = state.segments
        for segment in map(QuotedSegment, columns.pieces, columns.units, columns.nets, columns.shares):
            segments[segment.piece.line].append(segment)
        used.extend(_used_in_state(state))
        for candidate, step in state.steps:
            if candidate.offer.layer is Layer.SHIPPING:
                shipping_discount += step.discount
    for position, line in enumerate(cart.lines):
        if not segments[position]:
            piece = Piece(position, line.sku, 0, line.unit_price, None)
            segments[position].append(
                QuotedSegment(piece, line.quantity, line.quantity * line.unit_price, ())
            )
    used.sort(key=lambda pair: pair[0].offer.order)
    promised: dict[str, int] = {}
    return Quote(
        cart=cart,
        as_of=as_of,
        segments=segments,
        used=[entry for _, entry in used],
        rewards=[reward for state in states for reward in _rewards_of(state, cart, promised)],
        list_total=sum(line.quantity * line.unit_price for line in cart.lines),
        discount_total=sum(state.saved for state in states) - shipping_discount,
        shipping_discount=shipping_discount,
        optimal=optimal,
        evaluations=evaluations,
        unknown_coupons=found.unknown_coupons,
    )


def _used_in_state(state: State) -> list[tuple[Candidate, UsedOffer]]:
    item = state.item
    used = [
        (c, UsedOffer(c.offer, None, *item.discounts_of(c), item.units[c.index])) for c in state.item_offers
    ]
    used.extend((c, UsedOffer(c.offer, c.coupon, step.discount, step.full)) for c, step in state.steps)
    return used


def _rewards_of(state: State, cart: Cart, promised: dict[str, int]) -> list[Reward]:
    """Gifts and coupons as far as stock and budget reach; coupons need a customer to belong to."""
    given: list[Reward] = []
    if not any(candidate.offer.may_reward for candidate, _ in state.steps):
        return given
    anonymous = cart.customer is None or cart.customer.id is None
    for candidate, step in state.steps:
        offer = candidate.offer
        for gift in step.rewards.gifts:
            left = candidate.sku_stock_left(gift.sku)
            granted = gift.quantity if left is None else min(gift.quantity, left)
            if granted:
                given.append(Reward(offer, granted, sku=gift.sku))
            if granted < gift.quantity:
                given.append(Reward(offer, gift.quantity - granted, sku=gift.sku, refusal="out_of_stock"))
        for coupon in step.rewards.coupons:
            given += _coupons_given(candidate, coupon, anonymous, promised)
        if step.rewards.points:
            given.append(Reward(offer, step.rewards.points))
    return given


def _coupons_given(
    candidate: Candidate, coupon: RewardCoupon, anonymous: bool, promised: dict[str, int]
) -> list[Reward]:
    """What of a reward can be given, and what cannot; `promised` counts over all offers of the cart."""
    offer, template, quantity = candidate.offer, coupon.template, coupon.quantity
    if anonymous:
        return [Reward(offer, quantity, template=template, refusal="customer_required")]
    left = candidate.coupons_left(template)
    granted = quantity if left is None else min(quantity, max(left - promised.get(template, 0), 0))
    promised[template] = promised.get(template, 0) + granted
    rewards = []
    if granted:
        rewards.append(Reward(offer, granted, template=template))
    if granted < quantity:
        rewards.append(Reward(offer, quantity - granted, template=template, refusal="out_of_stock"))
    return rewards
