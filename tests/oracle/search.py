"""Section 7: which set is chosen, by looking at every set without a clash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from tests.oracle.candidates import candidates, clash
from tests.oracle.item_layer import item_layer
from tests.oracle.layers import apply, evaluate
from tests.oracle.model import Case, Offer
from tests.oracle.state import State


def choose(case: Case) -> State:
    return by_priority(case) if case.selection == "priority" else best(case)


def best(case: Case) -> State:
    return min(every_outcome(case), key=lambda state: rank(state, case))


def rank(state: State, case: Case) -> tuple[Any, ...]:
    """The order of section 7; the smallest is the best."""
    offers = state.offers
    return (
        -sum(preferred(offer, case) for offer in offers),
        -sum(used.discount for used in state.used),
        -sum(used.gives_reward for used in state.used),
        sum(offer.coupon is not None for offer in offers),
        len(offers),
        sorted((-offer.priority, offer.code) for offer in offers),
    )


def preferred(offer: Offer, case: Case) -> bool:
    return offer.code in case.prefer or offer.coupon in case.prefer


def every_outcome(case: Case) -> Iterator[State]:
    """What every set without a clash gives.

    A set with an offer that goes unused gives what the set without it gives, so only sets of used offers are
    followed; sets that begin alike share the beginning of the work.
    """
    found = candidates(case)
    items = [offer for offer in found if offer.layer == "item"]
    later = sorted((offer for offer in found if offer.layer != "item"), key=lambda one: one.order)
    for size in range(len(items) + 1):
        for chosen in combinations(items, size):
            if not any(clash(one, other) for one, other in combinations(chosen, 2)):
                yield from _with_later(case, item_layer(case, chosen), later)


def _with_later(case: Case, state: State, later: Sequence[Offer]) -> Iterator[State]:
    if not later:
        yield state
        return
    first, rest = later[0], later[1:]
    yield from _with_later(case, state, rest)
    if any(clash(first, other) for other in state.offers):
        return
    after = apply(first, state, case)
    if isinstance(after, State):
        yield from _with_later(case, after, rest)


def by_priority(case: Case) -> State:
    """Candidates in order, each kept that clashes with none kept before and is itself used beside them."""
    kept: list[Offer] = []
    for offer in sorted(candidates(case), key=lambda one: (not preferred(one, case), one.order)):
        if any(clash(offer, other) for other in kept):
            continue
        if offer in evaluate(case, [*kept, offer]).offers:
            kept.append(offer)
    return evaluate(case, kept)
