"""Which set of offers is chosen (pricing rules, section 7): an exact search over sets, cut short only by sound
bounds.

Offers are applied in layer order, so sets that begin alike share the work: the search walks the candidates in
that order, applies or leaves each, and gives up a branch when even the most that the rest could still give
cannot beat the best set found. What an offer can give never grows while others are applied (fewer open units,
lower nets), so what it would give on one state bounds it on every state that follows. Bounds are inherited from
the state before and looked at again on the new one, the largest first, only until the branch is seen to be
lost.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.ahead import Ahead, Most, Option, Stage, exclusive, most_first, reach, reach_with
from apps.pricing.benefit import Refusal
from apps.pricing.candidate import Candidate
from apps.pricing.layer_step import most
from apps.pricing.sequence import Group
from apps.pricing.state import State

#: Evaluations of one offer on one state that a group too large for a complete search may cost.
EVALUATION_BUDGET = 20_000
COMPLETE_CANDIDATES = 12
COMPLETE_SETS = 4_096
#: Item offers beyond these are always tried, never left out (the walk over them is recursive).
ITEM_CHOICES = 200


class Search:
    """The best set of one group. After `run()`: `evaluations`, and `optimal` False when it stopped at its budget."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.evaluations = 0
        self.optimal = True
        self.complete = len(group.candidates) <= COMPLETE_CANDIDATES or few_sets(group.candidates)
        self.best: State | None = None
        self.insisted = any(candidate.preferred for candidate in group.candidates)
        #: what every branch must save in all; no bound before a set is found, or where something comes
        #: before the saving
        self.needed = -1
        self.special = any(candidate.special for candidate in group.candidates)
        self._at_list = Ahead([], False)

    def run(self) -> State:
        if not self.complete:
            self._keep(self.group.in_order())
        self._at_list = self._ahead_at_list_prices()
        self._choose_items(0, 0, 0)
        assert self.best is not None
        return self.best

    def _spent(self) -> bool:
        """Whether the budget is used up; counted in evaluations, so that every machine gives the same quote."""
        if self.complete or self.evaluations < EVALUATION_BUDGET:
            return False
        self.optimal = False
        return True

    def _lost(self, state: State, most: Most) -> bool:
        """Whether a state with at most this ahead of it cannot become the best. An equal key may win by its codes."""
        saved = state.saved + most[1]
        if saved != self.needed and not self.insisted:
            return saved < self.needed
        return self.best is not None and reach(state, most) < self.best.key

    def _keep(self, state: State) -> None:
        """Take the state as the best so far, when it is."""
        if self.best is None or state.beats(self.best):
            self.best = state
            if not self.insisted:
                self.needed = state.saved

    # -- item offers ------------------------------------------------------------------------------------------------

    def _choose_items(self, position: int, chosen: int, refused: int) -> None:
        """Take or leave item offers one after another; `chosen` and `refused` are bits by candidate index."""
        items = self.group.item
        if self.best is not None and self._spent():
            return
        if (
            refused
            and len(items) - position > 2
            and self._lost(self.group.item_state(0), self._most_without(refused))
        ):
            return
        if position == len(items):
            self.evaluations += max(chosen.bit_count(), 1)
            self._walk(self.group.item_state(chosen), self._at_list, 0)
            return
        candidate = items[position]
        if not candidate.blocks & chosen:
            self._choose_items(position + 1, chosen | candidate.bit, refused)
        if position < ITEM_CHOICES:
            self._choose_items(position + 1, chosen, refused | candidate.bit)
        else:
            self.optimal = False

    def _most_without(self, refused: int) -> Most:
        """The most of all sets without the refused: the best reduction left on every unit, later offers at
        list prices."""
        left = {line.piece.line: line.units for line in self.group.listed}
        saved = 0
        for pair in self.group.pairs:
            if left[pair.line] and not refused & pair.candidate.bit:
                saved += pair.reduction * left[pair.line]
                left[pair.line] = 0
        prefer = sum(c.preferred for c in self.group.item if not refused & c.bit)
        later = self._at_list.most[0]
        return prefer + later[0], saved + later[1], later[2]

    def _ahead_at_list_prices(self) -> Ahead:
        """The later offers in order, with the most they can give at all."""
        state = self.group.item_state(0)
        stages: list[Stage] = []
        side_by_side = 0  # bits of the candidates of the last stage
        for candidate in self.group.rest:
            bound = most(candidate, state.segments, state.fee, self.group.one_shop)
            if bound < 0 or (bound == 0 and not candidate.offer.may_reward):
                continue
            option = Option(bound, candidate)
            clashes = candidate.blocks & side_by_side == side_by_side
            if stages and (clashes or all(exclusive(other.candidate, candidate) for other in stages[-1])):
                stages[-1].append(option)
                side_by_side |= candidate.bit
            else:
                stages.append([option])
                side_by_side = candidate.bit
        for stage in stages:
            stage.sort(key=most_first)
        return Ahead(stages, self.special)

    # -- later offers -----------------------------------------------------------------------------------------------

    def _walk(self, state: State, ahead: Ahead, position: int) -> None:
        """Try every option of the next stage, then go on without any; loops over stages, recurses over
        offers applied."""
        # Right after the item layer nearly no branch is lost yet, so bounds at list prices do there.
        tight = not state.steps
        while position < len(ahead.stages):
            if not tight and self.best is not None:
                closer = self._tightened(state, ahead, position)
                if closer is None:
                    return
                ahead, position, tight = closer, 0, True
                continue
            if self._lost(state, ahead.most[position]):
                return
            stage = ahead.stages[position]
            if len(stage) > 1 and not tight:
                stage = self._tight(stage, state)  # to begin with the one that gives most here
            position += 1
            self._try_options(stage, state, ahead, position)
        self._keep(state)

    def _try_options(self, stage: Stage, state: State, ahead: Ahead, following: int) -> None:
        """Walk on with each option of a stage applied; the stages from `following` on come after it."""
        prefer, saved, rewards = ahead.most[following]
        for gives, candidate in stage:
            if state.blocked & candidate.bit or state.saved + gives + saved < self.needed:
                continue
            if self.insisted or state.saved + gives + saved == self.needed:
                offer = candidate.offer
                ahead_of_it = (prefer + candidate.preferred, gives + saved, rewards + offer.may_reward)
                if self.best is not None and reach_with(state, candidate, ahead_of_it) < self.best.key:
                    continue
            if self.best is not None and self._spent():
                continue
            self.evaluations += 1
            after = state.after(candidate, self.group.one_shop)
            if not isinstance(after, Refusal):
                self._walk(after, ahead, following)

    def _tightened(self, state: State, ahead: Ahead, position: int) -> Ahead | None:
        """The stages ahead with what they can give on this very state; None when the branch is seen to be lost."""
        stages = ahead.stages[position:]
        possible = state.saved + ahead.most[position][1]
        if possible < self.needed:
            return None
        tightened = stages.copy()
        for bound, place in sorted([(stage[0].most, i) for i, stage in enumerate(stages)], reverse=True):
            tight = tightened[place] = self._tight(stages[place], state)
            possible -= bound - (tight[0].most if tight else 0)
            if possible < self.needed:
                return None
        closer = Ahead([stage for stage in tightened if stage], self.special)
        return None if self._lost(state, closer.most[0]) else closer

    def _tight(self, stage: Stage, state: State) -> Stage:
        """The stage with what its options can give on this state, without those that cannot be used."""
        options = []
        for option in stage:
            candidate = option.candidate
            if state.blocked & candidate.bit:
                continue
            bound = most(candidate, state.segments, state.fee, self.group.one_shop)
            if bound == option.most:
                options.append(option)
            elif bound > 0 or (bound == 0 and candidate.offer.may_reward):
                options.append(Option(bound, candidate))
        if len(options) > 1:
            options.sort(key=most_first)
        return options


def few_sets(candidates: Sequence[Candidate]) -> bool:
    """Whether the sets without a clash number at most `COMPLETE_SETS`."""
    cliques: list[int] = []
    for candidate in candidates:
        for position, members in enumerate(cliques):
            if candidate.blocks & members == members:
                cliques[position] |= candidate.bit
                break
        else:
            cliques.append(candidate.bit)
    count = 1
    for members in cliques:
        count *= members.bit_count() + 1
    if count <= COMPLETE_SETS:
        return True
    # One of each clique at most is only an upper bound: count the sets themselves, as far as is needed.
    blocked_by_set = [0]
    for candidate in candidates:
        blocked_by_set += [b | candidate.blocks for b in blocked_by_set if not b & candidate.bit]
        if len(blocked_by_set) > COMPLETE_SETS:
            return False
    return True
