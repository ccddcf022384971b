"""Section 8 in the shape of the storefront API: the answer for one cart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.oracle.candidates import clash, refusal
from tests.oracle.item_layer import item_layer
from tests.oracle.layers import Unused, apply, open_to
from tests.oracle.model import Case, Offer, read_case
from tests.oracle.parts import Segment
from tests.oracle.search import choose
from tests.oracle.state import Reward, State, Used


def price(pack: Mapping[str, Any], cart: Mapping[str, Any]) -> dict[str, Any]:
    case = read_case(pack, cart)
    return answer(case, choose(case))


def answer(case: Case, state: State) -> dict[str, Any]:
    lines = [line_answer(case, state, index) for index in range(len(case.lines))]
    list_total = sum(line["list_amount"] for line in lines)
    discount_total = list_total - sum(line["net_amount"] for line in lines)
    shipping_discount = case.shipping_fee - state.fee_left
    rewards = [(used.offer, reward) for used in state.used for reward in used.rewards]
    return {
        "currency": case.currency,
        "as_of": case.as_of_text,
        "optimal": True,
        "list_total": list_total,
        "discount_total": discount_total,
        "shipping_fee": case.shipping_fee,
        "shipping_discount": shipping_discount,
        "payable_total": list_total - discount_total + case.shipping_fee - shipping_discount,
        "lines": lines,
        "offers": [offer_answer(used) for used in state.used],
        "gifts": reward_answers(rewards, "gift", "sku"),
        "rewards": {
            "coupons": reward_answers(rewards, "coupon", "template"),
            "points": sum(reward.granted for _, reward in rewards if reward.type == "points"),
        },
        "not_applied": not_applied(case, state),
    }


def line_answer(case: Case, state: State, index: int) -> dict[str, Any]:
    line = case.lines[index]
    segments = [segment for segment in state.segments if segment.line is line]
    return {
        "line": line.line,
        "sku": line.code,
        "quantity": line.quantity,
        "list_amount": line.quantity * line.price,
        "net_amount": sum(segment.net for segment in segments),
        "segments": [segment_answer(segment) for segment in segments],
    }


def segment_answer(segment: Segment) -> dict[str, Any]:
    """The item offer's reduction is the first share, so that net + shares = list."""
    shares = [(offer.code, amount) for offer, amount in segment.shares]
    if segment.item_offer is not None:
        reduction = segment.units * (segment.line.price - segment.unit_price)
        shares.insert(0, (segment.item_offer.code, reduction))
    return {
        "units": segment.units,
        "net_amount": segment.net,
        "shares": [{"offer": code, "amount": amount} for code, amount in shares],
    }


def offer_answer(used: Used) -> dict[str, Any]:
    offer = used.offer
    return {
        "offer": offer.code,
        "kind": offer.kind,
        "layer": offer.layer,
        "name": offer.name,
        "coupon": offer.coupon,
        "discount": used.discount,
        "full_discount": used.full_discount,
    }


def reward_answers(rewards: Sequence[tuple[Offer, Reward]], type_: str, key: str) -> list[dict[str, Any]]:
    answers = []
    for offer, reward in rewards:
        if reward.type != type_:
            continue
        base = {"offer": offer.code, key: reward.what}
        if reward.granted:
            answers.append({**base, "quantity": reward.granted, "granted": True})
        if reward.granted < reward.wanted:
            lacking = reward.wanted - reward.granted
            answers.append({**base, "quantity": lacking, "granted": False, "reason": reward.reason})
    return answers


def not_applied(case: Case, state: State) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for offer in case.offers:
        if offer in state.offers:
            continue
        reason = refusal(offer, case)
        numbers = {"reason": reason} if reason is not None else why_not(case, state, offer)
        answers.append({"offer": offer.code, "coupon": offer.coupon, **numbers})
    unknown = [{"offer": None, "coupon": name, "reason": "unknown_coupon"} for name in case.unknown_coupons]
    return answers + unknown


def why_not(case: Case, state: State, offer: Offer) -> dict[str, Any]:
    """What keeps a candidate out of the set that was chosen, where the text leaves no doubt."""
    clashing = [other.code for other in state.offers if clash(offer, other)]
    if clashing:
        return {"reason": "excluded_by", "codes": clashing}
    if offer.layer == "item":
        return {"reason": "not_best"}
    now = item_layer(case, [other for other in state.offers if other.layer == "item"])
    for other in sorted(state.offers, key=lambda one: one.order):
        if other.layer != "item" and other.order < offer.order:
            after = apply(other, now, case)
            assert isinstance(after, State)
            now = after
    outcome = apply(offer, now, case)
    if not isinstance(outcome, Unused):
        return {"reason": "not_best"}
    if outcome.reason == "threshold_not_met":
        return {"reason": outcome.reason, "gap": outcome.gap}
    if outcome.reason == "excluded_by":
        shut = [segment for segment in now.segments if not open_to(offer, segment)]
        codes = {other.code for segment in shut for other in segment.applied}
        return {"reason": outcome.reason, "codes": sorted(codes)}
    return {"reason": outcome.reason}
