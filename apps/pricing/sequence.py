"""One given set of offers, in the order of application; and the portal's `selection: priority`, which builds one such set."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.benefit import Refusal
from apps.pricing.candidate import Candidate, clash, compatible
from apps.pricing.cart import CartLine
from apps.pricing.item_layer import Pair, apply_item_offers, pairs_of
from apps.pricing.layers import Layer
from apps.pricing.state import State


class Group:
    """Candidates that interact, with what evaluating any set of them needs."""

    __slots__ = ("candidates", "fee", "item", "lines", "one_shop", "open_to", "pairs", "rest")

    def __init__(
        self, candidates: Sequence[Candidate], lines: Sequence[CartLine], fee: int, one_shop: str | None
    ) -> None:
        self.candidates = candidates
        self.lines = lines
        self.item = [c for c in candidates if c.offer.layer is Layer.ITEM]
        self.rest = candidates[len(self.item) :]
        self.fee = fee if self.rest and self.rest[-1].offer.layer is Layer.SHIPPING else 0
        self.one_shop = one_shop
        self._number()
        #: line -> bits of the later offers that cover it
        self.open_to = self._open_lines()
        self.pairs: list[Pair] = pairs_of(self.item, lines)

    def _number(self) -> None:
        """Give each candidate its index and its masks: whom it blocks, and with whom it may share a segment."""
        candidates = self.candidates
        for index, candidate in enumerate(candidates):
            candidate.index, candidate.bit = index, 1 << index
            candidate.blocks = candidate.accepts = 0
        for later in self.rest:
            for one in candidates:
                if one is not later and compatible(one.offer, later.offer):
                    one.accepts |= later.bit
        able = [c for c in candidates if c.offer.is_coupon or c.offer.mutex is not None]
        for position, one in enumerate(able):
            for other in able[position + 1 :]:
                if clash(one, other):
                    one.blocks |= other.bit
                    other.blocks |= one.bit

    def _open_lines(self) -> dict[int, int]:
        reached = 0
        for candidate in self.candidates:
            reached |= candidate.lines
        open_to = {position: 0 for position in range(len(self.lines)) if reached >> position & 1}
        for candidate in self.rest:
            lines, bit = candidate.lines, candidate.bit
            for position in open_to:
                if lines >> position & 1:
                    open_to[position] |= bit
        return open_to

    def item_state(self, chosen: int) -> State:
        """The state after the item layer with the chosen item offers (bits by candidate index)."""
        outcome = apply_item_offers(self.pairs, chosen, self.lines, self.open_to)
        return State(outcome, [c for c in self.item if c.index in outcome.units], self.fee)

    def evaluate(self, chosen: int) -> State:
        """What one set gives; offers of it that are unused touch nothing."""
        state = self.item_state(chosen)
        for candidate in self.rest:
            if chosen & candidate.bit:
                after = state.after(candidate, self.one_shop)
                if not isinstance(after, Refusal):
                    state = after
        return state

    def in_order(self) -> State:
        """Go through the candidates, the preferred first, then by layer, priority and code; keep each that does not clash
        with one kept before and that is itself used when it is added to them."""
        chosen = blocked = 0
        state = self.item_state(0)
        last: tuple[int, int, str] = (-1, 0, "")
        for candidate in sorted(self.candidates, key=lambda c: (not c.preferred, c.offer.order)):
            if blocked & candidate.bit:
                continue
            if candidate.offer.order > last and candidate.offer.layer is not Layer.ITEM:
                after = state.after(candidate, self.one_shop)
                if isinstance(after, Refusal):
                    continue
            else:
                after = self.evaluate(chosen | candidate.bit)
                if not used_in(after, candidate):
                    continue
            state = after
            last = max(last, candidate.offer.order)
            chosen |= candidate.bit
            blocked |= candidate.blocks
        return state


def used_in(state: State, candidate: Candidate) -> bool:
    """Whether the offer is used in that state."""
    return candidate.index in state.item.units or any(c is candidate for c, _ in state.steps)
