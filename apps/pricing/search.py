"""Which set of offers is chosen (pricing rules, section 7): an exact search over sets, cut short only by sound bounds.

Offers are applied in layer order, so sets that begin alike share the work: the search walks the candidates in that
order, applies or leaves each, and gives up a branch when even the most that the rest could still give cannot beat the
best set found. What an offer can give never grows while others are applied (fewer open units, lower nets), so its
benefit on the state right after the item layer bounds the whole branch.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.benefit import Refusal
from apps.pricing.candidate import Candidate
from apps.pricing.layer_step import most, most_shipping
from apps.pricing.layers import Layer
from apps.pricing.sequence import Group
from apps.pricing.state import State

#: Evaluations of one offer on one state that a group too large for a complete search may cost.
EVALUATION_BUDGET = 20_000
COMPLETE_CANDIDATES = 12
COMPLETE_SETS = 4_096
#: Item offers beyond these are always tried, never left out (the walk over them is recursive).
ITEM_CHOICES = 200

Bound = tuple[int, int, int]


class Search:
    """The best set of one group. After `run()`: `evaluations`, and `optimal` False when it stopped at its budget."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.evaluations = 0
        self.optimal = True
        self.complete = len(group.candidates) <= COMPLETE_CANDIDATES or few_sets(group.candidates)
        self.best: State = None  # type: ignore[assignment]
        self.stages: list[list[Candidate]] = []
        self.most: dict[int, int] = {}
        self.suffix: list[Bound] = []
        self._at_list: Bound | None = None

    def run(self) -> State:
        if not self.complete:
            self.best = self.group.in_order()
        self._choose_items(0, 0, 0)
        return self.best

    def _spent(self) -> bool:
        """Whether the budget is used up; counted in evaluations, so that every machine gives the same quote."""
        if self.complete or self.evaluations < EVALUATION_BUDGET:
            return False
        self.optimal = False
        return True

    # -- item offers ------------------------------------------------------------------------------------------------

    def _choose_items(self, position: int, chosen: int, refused: int) -> None:
        """Take or leave item offers one after another; `chosen` and `refused` are bits by candidate index."""
        if self.best is not None and (self._spent() or self._items_cannot_win(refused)):
            return
        items = self.group.item
        if position == len(items):
            self._from_items(chosen)
            return
        candidate = items[position]
        bit = 1 << candidate.index
        if not candidate.blocks & chosen:
            self._choose_items(position + 1, chosen | bit, refused)
        if position < ITEM_CHOICES:
            self._choose_items(position + 1, chosen, refused | bit)
        else:
            self.optimal = False

    def _items_cannot_win(self, refused: int) -> bool:
        """Bound of all sets without the refused: the best reduction left on every unit, and the most of all later offers."""
        if not refused:
            return False
        left = [line.quantity for line in self.group.lines]
        saved = 0
        for pair in self.group.pairs:
            if left[pair.line] and not refused >> pair.candidate.index & 1:
                saved += pair.reduction * left[pair.line]
                left[pair.line] = 0
        prefer, later, rewards = self._most_at_list_prices()
        prefer += sum(1 for c in self.group.item if c.preferred and not refused >> c.index & 1)
        return (prefer, saved + later, rewards, 0, 0) < self.best.key

    def _most_at_list_prices(self) -> Bound:
        if self._at_list is None:
            self._set_stages(self.group.item_state(0))
            self._at_list = self.suffix[0]
        return self._at_list

    def _from_items(self, chosen: int) -> None:
        state = self.group.item_state(chosen)
        self.evaluations += max(chosen.bit_count(), 1)
        self._set_stages(state)
        self._descend(0, state)

    # -- stages: later offers in order; those of which one at most can be used stand side by side ---------------------

    def _set_stages(self, state: State) -> None:
        """Group the later offers into stages, with the most that each can give from this state on, summed from behind."""
        self.stages, self.most = [], {}
        for candidate in self.group.rest:
            bound = (
                most_shipping(candidate, state.segments, state.fee, self.group.one_shop)
                if candidate.offer.layer is Layer.SHIPPING
                else most(candidate, state.segments)
            )
            if bound < 0 or (bound == 0 and not _may_reward(candidate)):
                continue
            self.most[candidate.index] = bound
            if self.stages and all(_exclusive(other, candidate) for other in self.stages[-1]):
                self.stages[-1].append(candidate)
            else:
                self.stages.append([candidate])
        self.suffix = [(0, 0, 0)]
        for stage in reversed(self.stages):
            stage.sort(key=lambda c: (-self.most[c.index], c.offer.order))
            prefer, saved, rewards = self.suffix[-1]
            prefer += max(c.preferred for c in stage)
            rewards += max(_may_reward(c) for c in stage)
            self.suffix.append((prefer, saved + self.most[stage[0].index], rewards))
        self.suffix.reverse()

    def _descend(self, stage: int, state: State) -> None:
        """Try every option of the stage, then go on without any; loops over stages, recurses over offers applied."""
        while True:
            if self._cannot_win(stage, state):
                return
            if stage == len(self.stages):
                if self.best is None or state.beats(self.best):
                    self.best = state
                return
            for candidate in self.stages[stage]:
                if self.best is not None and (
                    self._spent() or self._option_cannot_win(stage, candidate, state)
                ):
                    continue
                if state.blocked >> candidate.index & 1:
                    continue
                self.evaluations += 1
                after = state.after(candidate, self.group.one_shop)
                if not isinstance(after, Refusal):
                    self._descend(stage + 1, after)
            stage += 1

    def _cannot_win(self, stage: int, state: State) -> bool:
        if self.best is None:
            return False
        prefer, saved, rewards = self.suffix[stage]
        key = (
            state.prefer + prefer,
            state.saved + saved,
            state.rewards + rewards,
            -state.coupons,
            -state.offers,
        )
        return key < self.best.key

    def _option_cannot_win(self, stage: int, candidate: Candidate, state: State) -> bool:
        prefer, saved, rewards = self.suffix[stage + 1]
        key = (
            state.prefer + prefer + candidate.preferred,
            state.saved + saved + self.most[candidate.index],
            state.rewards + rewards + _may_reward(candidate),
            -state.coupons - candidate.offer.is_coupon,
            -state.offers - 1,
        )
        return key < self.best.key


def _may_reward(candidate: Candidate) -> bool:
    return candidate.offer.may_reward


def _exclusive(first: Candidate, second: Candidate) -> bool:
    """Whether at most one of two offers, the first earlier in order, can ever be used: then their order does not matter."""
    return bool(second.blocks >> first.index & 1) or _absorbs(first, second)


def _absorbs(first: Candidate, second: Candidate) -> bool:
    """Whether `second` finds no open segment once `first` is used.

    `first` takes whole segments, covers the lines of `second`, refuses it, and whatever closes a segment to
    `first` closes it to `second` too.
    """
    a, b = first.offer, second.offer
    if a.layer is not b.layer or not a.takes_whole or second.lines & ~first.lines:
        return False
    incompatible = not (a.stacks & b.layer_bit and b.stacks & a.layer_bit)
    return incompatible and not b.stacks & ~a.stacks


def few_sets(candidates: Sequence[Candidate]) -> bool:
    """Whether the sets without a clash number at most `COMPLETE_SETS`."""
    cliques: list[list[Candidate]] = []
    for candidate in candidates:
        for clique in cliques:
            if all(candidate.blocks >> other.index & 1 for other in clique):
                clique.append(candidate)
                break
        else:
            cliques.append([candidate])
    count = 1
    for clique in cliques:
        count *= len(clique) + 1
    if count <= COMPLETE_SETS:
        return True
    # One of each clique at most is only an upper bound: count the sets themselves, as far as is needed.
    blocked_by_set = [0]
    for candidate in candidates:
        blocked_by_set += [b | candidate.blocks for b in blocked_by_set if not b >> candidate.index & 1]
        if len(blocked_by_set) > COMPLETE_SETS:
            return False
    return True
