"""How far the pricing of one group is: segments, fee left, the steps taken, and the sums that sets are compared by."""

from __future__ import annotations

from apps.pricing.benefit import Refusal
from apps.pricing.candidate import Candidate
from apps.pricing.item_layer import ItemOutcome
from apps.pricing.layer_step import Step, apply_step, shipping_step
from apps.pricing.layers import Layer
from apps.pricing.segment import Segments

#: (preferred offers used, saving, reward offers used, -coupons used, -offers used): the larger wins
Key = tuple[int, int, int, int, int]
Tie = tuple[int, str]


class State:
    """Immutable by habit: `after` makes the next one. Sums count used offers only."""

    __slots__ = (
        "blocked",
        "coupons",
        "fee",
        "item",
        "item_offers",
        "offers",
        "prefer",
        "rewards",
        "saved",
        "segments",
        "steps",
        "ties",
    )

    def __init__(self, item: ItemOutcome, item_offers: list[Candidate], fee: int) -> None:
        self.item = item
        self.segments: Segments = item.segments
        self.fee = fee
        self.item_offers = item_offers
        self.prefer = sum(c.preferred for c in item_offers)
        self.saved = item.saved
        self.rewards = 0
        self.coupons = 0
        self.offers = len(item_offers)
        self.ties: tuple[Tie, ...] = tuple(c.offer.tie for c in item_offers)
        self.steps: tuple[tuple[Candidate, Step], ...] = ()
        self.blocked = 0
        for candidate in item_offers:
            self.blocked |= candidate.blocks

    def after(self, candidate: Candidate, one_shop: str | None) -> State | Refusal:
        """The state with the offer applied, or why it is unused here."""
        if candidate.offer.layer is Layer.SHIPPING:
            before = [c for c, _ in self.steps if c.offer.layer is Layer.SHIPPING]
            taken = shipping_step(candidate, self.segments, self.fee, before, one_shop)
            if isinstance(taken, Refusal):
                return taken
            return self._with(candidate, Step(taken[0], taken[1], self.segments), taken[0])
        step = apply_step(candidate, self.segments)
        return step if isinstance(step, Refusal) else self._with(candidate, step, 0)

    def _with(self, candidate: Candidate, step: Step, off_fee: int) -> State:
        offer = candidate.offer
        state = State.__new__(State)
        state.item = self.item
        state.item_offers = self.item_offers
        state.segments = step.segments
        state.fee = self.fee - off_fee
        state.prefer = self.prefer + candidate.preferred
        state.saved = self.saved + step.discount
        state.rewards = self.rewards + step.rewarding
        state.coupons = self.coupons + offer.is_coupon
        state.offers = self.offers + 1
        state.ties = (*self.ties, offer.tie)
        state.steps = (*self.steps, (candidate, step))
        state.blocked = self.blocked | candidate.blocks
        return state

    @property
    def used(self) -> list[Candidate]:
        """Every offer used, in the order of application."""
        return [*self.item_offers, *(candidate for candidate, _ in self.steps)]

    @property
    def sums(self) -> tuple[int, int, int, int, int]:
        """(preferred, saved, reward offers, coupons, offers) so far."""
        return (self.prefer, self.saved, self.rewards, self.coupons, self.offers)

    @property
    def key(self) -> Key:
        return (self.prefer, self.saved, self.rewards, -self.coupons, -self.offers)

    def beats(self, other: State) -> bool:
        """Section 7: the larger key; then the lists of used offers by (priority descending, code), the
        smaller first."""
        if self.key != other.key:
            return self.key > other.key
        return sorted(self.ties) < sorted(other.ties)
