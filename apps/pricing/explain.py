"""Why each offer near the cart did not apply, with the numbers behind it (pricing rules, section 8)."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.benefit import Refusal
from apps.pricing.candidate import Candidate, compatible
from apps.pricing.eligibility import Eligibility
from apps.pricing.layer_step import apply_step, most, shipping_step
from apps.pricing.layers import Layer
from apps.pricing.quote import CouponAnswer, NotApplied, Quote
from apps.pricing.search import Search
from apps.pricing.segment import Segments
from apps.pricing.sequence import Group, used_in
from apps.pricing.state import State

#: What sets of a group give: alike offers ask for the same one.
Evaluated = dict[int, State]


def explain_unused(
    quote: Quote, found: Eligibility, groups: Sequence[Group], states: Sequence[State], *, full: bool
) -> None:
    """Fill `not_applied` and `coupons` of a quote. `full` adds what a set with the offer in it would have
    saved in all."""
    reasons: dict[Candidate, Refusal] = {}
    savings: dict[Candidate, int] = {}
    for group, state in zip(groups, states, strict=True):
        without: Evaluated = {}
        for candidate in group.candidates:
            if not used_in(state, candidate):
                reasons[candidate] = _why_unused(candidate, group, state, without)
            if full and (candidate.coupon is not None or reasons.get(candidate, _USED).reason == "not_best"):
                saving = _saving_with(candidate, group)
                if saving is not None:
                    savings[candidate] = quote.saved - state.saved + saving
    unused = []
    for candidate in found.candidates:
        refusal = reasons.get(candidate)
        if refusal is not None:
            numbers = dict(refusal.numbers)
            if refusal.reason == "not_best" and candidate in savings:
                numbers["saving_if_chosen"] = savings[candidate]
            unused.append(NotApplied(candidate.offer, candidate.coupon, refusal.reason, numbers))
    unused.extend([NotApplied(r.offer, r.coupon, r.reason, r.numbers) for r in found.rejected])
    unused.sort(key=_order)
    quote.not_applied = unused
    quote.coupons = _coupon_answers(found, reasons, savings)


_USED = Refusal("")


def _order(entry: NotApplied) -> tuple[tuple[int, int, str], str]:
    return entry.offer.order, entry.coupon.id if entry.coupon else ""


def _coupon_answers(
    found: Eligibility, reasons: dict[Candidate, Refusal], savings: dict[Candidate, int]
) -> list[CouponAnswer]:
    answers = []
    rejected = {r.coupon.id: r for r in found.rejected if r.coupon is not None}
    for coupon, candidate, reason in found.coupons:
        if candidate is None:
            known = rejected.get(coupon.id)
            answers.append(CouponAnswer(coupon, False, False, reason, dict(known.numbers) if known else {}))
            continue
        refusal = reasons.get(candidate)
        saving = savings.get(candidate)
        if refusal is None:
            chosen = candidate.coupon is coupon
            answers.append(CouponAnswer(coupon, True, chosen, saving_if_chosen=saving))
        elif refusal.reason in ("not_best", "excluded_by"):
            # It could be used: the rest of the best set is worth more.
            answers.append(CouponAnswer(coupon, True, False, refusal.reason, dict(refusal.numbers), saving))
        else:
            answers.append(CouponAnswer(coupon, False, False, refusal.reason, dict(refusal.numbers), saving))
    return answers


def _saving_with(candidate: Candidate, group: Group) -> int | None:
    """What the best set that uses the offer saves in its group; None where no set uses it."""
    insisted = {c.index: c.preferred for c in group.candidates}
    try:
        for other in group.candidates:
            other.preferred = other is candidate
        state = Search(group).run()
    finally:
        for other in group.candidates:
            other.preferred = insisted[other.index]
    return state.saved if used_in(state, candidate) else None


def _why_unused(candidate: Candidate, group: Group, state: State, without: Evaluated) -> Refusal:
    """Test the offer where it would stand among the used ones; when it would apply there, the set without it
    was better."""
    blockers = [c.offer.code for c in state.used if candidate.blocks & c.bit]
    if candidate.offer.layer is Layer.ITEM:
        if blockers:
            return Refusal("excluded_by", codes=sorted(blockers))
        return _why_item_unused(candidate, group, state)
    segments, fee, before = _state_before(candidate, group, state)
    if blockers or not segments.open_positions(candidate.bit):
        codes = sorted(blockers) or _closers(candidate, segments)
        short = _short_of_threshold(candidate, group, state, without)
        return short or Refusal("excluded_by", codes=codes)
    if (
        candidate.offer.layer is not Layer.SHIPPING
        and candidate.budget_left is None
        and most(candidate, segments, fee, group.one_shop) > 0
    ):
        return Refusal("not_best")
    if candidate.offer.layer is Layer.SHIPPING:
        taken = shipping_step(candidate, segments, fee, before, group.one_shop)
        return taken if isinstance(taken, Refusal) else Refusal("not_best")
    step = apply_step(candidate, segments)
    return step if isinstance(step, Refusal) else Refusal("not_best")


def _short_of_threshold(
    candidate: Candidate, group: Group, state: State, without: Evaluated
) -> Refusal | None:
    """The gap of an excluded offer that would not apply without the others either: the shopper can do
    something about that."""
    if most(candidate, state.item.segments, group.fee, group.one_shop) >= 0:
        return None
    chosen = 0
    for used in state.used:
        if not candidate.blocks & used.bit and compatible(candidate.offer, used.offer):
            chosen |= used.bit
    if chosen not in without:
        without[chosen] = group.evaluate(chosen)
    segments, fee, before = _state_before(candidate, group, without[chosen])
    if candidate.offer.layer is Layer.SHIPPING:
        alone: object = shipping_step(candidate, segments, fee, before, group.one_shop)
    else:
        alone = apply_step(candidate, segments)
    return alone if isinstance(alone, Refusal) and alone.reason == "threshold_not_met" else None


def _state_before(candidate: Candidate, group: Group, state: State) -> tuple[Segments, int, list[Candidate]]:
    """Segments, fee left and shipping offers used where the candidate's turn would come."""
    segments, fee = state.item.segments, group.fee
    before: list[Candidate] = []
    for used, step in state.steps:
        if used.offer.order > candidate.offer.order:
            break
        segments = step.segments
        if used.offer.layer is Layer.SHIPPING:
            before.append(used)
            fee -= step.discount
    return segments, fee, before


def _closers(candidate: Candidate, segments: Segments) -> list[str]:
    """The offers that closed the candidate's lines to it."""
    offer = candidate.offer
    codes: set[str] = set()
    for piece, shares in zip(segments.pieces, segments.shares, strict=True):
        if not candidate.lines >> piece.line & 1:
            continue
        applied = [share_offer for share_offer, _ in shares]
        if piece.item_offer is not None:
            applied.append(piece.item_offer)
        codes.update(a.code for a in applied if not compatible(a, offer))
    return sorted(codes)


def _why_item_unused(candidate: Candidate, group: Group, state: State) -> Refusal:
    pairs = [pair for pair in group.pairs if pair.candidate is candidate]
    if not pairs:
        return Refusal("no_effect")
    chosen = candidate.bit
    for used in state.item_offers:
        chosen |= used.bit
    if candidate.index in group.item_state(chosen).item.units:
        return Refusal("not_best")
    if candidate.index in group.item_state(candidate.bit).item.units:
        lines = {pair.line for pair in pairs}
        takers = {
            p.item_offer.code for p in state.segments.pieces if p.line in lines and p.item_offer is not None
        }
        return Refusal("excluded_by", codes=sorted(takers))
    if all(candidate.sku_stock_left(group.lines[pair.line].sku) == 0 for pair in pairs):
        return Refusal("sold_out", held_units=candidate.usage.held_units)
    if candidate.budget_left is not None and all(pair.reduction > candidate.budget_left for pair in pairs):
        return Refusal("budget_exhausted", left=candidate.budget_left)
    return Refusal("limit_reached")
