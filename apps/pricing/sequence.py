"""One given set of offers, in the order of application; and the portal's `selection: priority`, which builds
one such set."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.benefit import Refusal
from apps.pricing.candidate import Candidate, note_clashes
from apps.pricing.cart import CartLine
from apps.pricing.item_layer import ListedLine, Pair, apply_item_offers, pairs_of
from apps.pricing.layers import Layer
from apps.pricing.segment import Piece
from apps.pricing.state import State

#: Explaining asks again for a few states that the search has seen; thousands of them would only take memory.
KEPT_ITEM_STATES = 64


class Group:
    """Candidates that interact, with what evaluating any set of them needs."""

    __slots__ = ("_item_states", "candidates", "fee", "item", "lines", "listed", "one_shop", "pairs", "rest")

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
        self.listed = self._listed_lines()
        self.pairs: list[Pair] = pairs_of(self.item, lines)
        self._item_states: dict[int, State] = {}

    def _number(self) -> None:
        """Give each candidate its index and its masks: whom it blocks, and with whom it may share a segment."""
        candidates = self.candidates
        for index, candidate in enumerate(candidates):
            candidate.index, candidate.bit = index, 1 << index
            candidate.accepts = 0
        # Offers of one layer that stack with the same layers are accepted or refused together.
        alike: dict[tuple[int, int], int] = {}
        for later in self.rest:
            key = (later.offer.layer_bit, later.offer.stacks)
            alike[key] = alike.get(key, 0) | later.bit
        for one in candidates:
            layer_bit, stacks = one.offer.layer_bit, one.offer.stacks
            for (other_layer_bit, other_stacks), bits in alike.items():
                if stacks & other_layer_bit and other_stacks & layer_bit:
                    one.accepts |= bits
            one.accepts &= ~one.bit
        note_clashes(candidates)

    def _listed_lines(self) -> list[ListedLine]:
        """The lines that some candidate reaches."""
        reached = 0
        for candidate in self.candidates:
            reached |= candidate.lines
        covers = [(later.lines, later.bit) for later in self.rest]
        listed = []
        for position, line in enumerate(self.lines):
            if reached >> position & 1:
                floor = line.facts.min_price if line.facts else 0
                piece = Piece(position, line.sku, floor, line.unit_price, None)
                open_to = 0
                for lines, bit in covers:
                    if lines >> position & 1:
                        open_to |= bit
                listed.append(ListedLine(piece, line.quantity, open_to))
        return listed

    def item_state(self, chosen: int) -> State:
        """The state after the item layer with the chosen item offers (bits by candidate index)."""
        state = self._item_states.get(chosen)
        if state is None:
            outcome = apply_item_offers(self.pairs, chosen, self.listed)
            state = State(outcome, [c for c in self.item if c.index in outcome.units], self.fee)
            if len(self._item_states) < KEPT_ITEM_STATES:
                self._item_states[chosen] = state
        return state

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
        """Go through the candidates, the preferred first, then by layer, priority and code; keep each that
        does not clash with one kept before and that is itself used when it is added to them."""
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
