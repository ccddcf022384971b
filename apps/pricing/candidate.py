"""An offer that may apply to this cart, with the lines it reaches and the numbers left of it."""

from __future__ import annotations

from collections.abc import Sequence

from apps.pricing.cart import Coupon
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.usage import Usage


class Candidate:
    """`lines` is a bit mask of cart lines in scope; `budget_left` None is unlimited; `preferred` the shopper
    insists on it."""

    __slots__ = (
        "accepts",
        "bit",
        "blocks",
        "budget_left",
        "coupon",
        "index",
        "lines",
        "named",
        "offer",
        "preferred",
        "usage",
    )

    def __init__(
        self, offer: Offer, lines: int, usage: Usage, coupon: Coupon | None = None, *, named: bool = True
    ) -> None:
        self.offer = offer
        self.lines = lines
        self.usage = usage
        self.coupon = coupon
        self.preferred = False
        #: the customer has an id, so that reward coupons have somebody to belong to
        self.named = named
        #: position in its group, and that as a bit
        self.index = 0
        self.bit = 1
        #: bits of the candidates that may not be used together with this one (mutex, coupon clash)
        self.blocks = 0
        #: bits of the candidates that may share a segment with this one
        self.accepts = 0
        budget = offer.budget_amount if usage.budget_amount is None else usage.budget_amount
        # A coupon's money was reserved when it was issued: the budget never refuses it.
        self.budget_left = None if budget is None or offer.is_coupon else max(budget - usage.spent_amount, 0)

    @property
    def special(self) -> bool:
        """Counts for more than its saving: preferred by the shopper, or with rewards."""
        return self.preferred or self.offer.may_reward

    def stock_left(self) -> int | None:
        """Units left of the whole stock; None is unlimited."""
        total = self.offer.stock.total if self.usage.stock_total is None else self.usage.stock_total
        return None if total is None else max(total - self.usage.sold_units, 0)

    def sku_stock_left(self, sku: str) -> int | None:
        """Units left of one SKU (of a gift too); None where its stock is not limited."""
        stock = self.usage.stock_per_sku.get(sku, self.offer.stock.per_sku.get(sku))
        return None if stock is None else max(stock - self.usage.sold_by_sku.get(sku, 0), 0)

    def coupons_left(self, template: str) -> int | None:
        """Coupons of a template that can still be given as a reward; None where they are not limited."""
        return self.usage.coupons_left.get(template)

    def __repr__(self) -> str:
        return f"Candidate({self.offer.code})"


def note_clashes(candidates: Sequence[Candidate]) -> None:
    """Give each candidate the bits of those that are never used together with it in one order, whatever their
    segments.

    Coupons of a layer (and, in `shop_coupon`, of a shop) clash unless both stack with their own layer.
    """
    mutexes: dict[str, int] = {}
    coupons: dict[tuple[Layer, str | None], int] = {}
    alone: dict[tuple[Layer, str | None], int] = {}
    for candidate in candidates:
        candidate.blocks = 0
        if candidate.offer.mutex is not None:
            mutexes[candidate.offer.mutex] = mutexes.get(candidate.offer.mutex, 0) | candidate.bit
        if candidate.offer.is_coupon:
            where = _coupon_place(candidate.offer)
            coupons[where] = coupons.get(where, 0) | candidate.bit
            if not _stacks_with_own(candidate.offer):
                alone[where] = alone.get(where, 0) | candidate.bit
    for candidate in candidates:
        if candidate.offer.mutex is not None:
            candidate.blocks |= mutexes[candidate.offer.mutex]
        if candidate.offer.is_coupon:
            rivals = alone if _stacks_with_own(candidate.offer) else coupons
            candidate.blocks |= rivals.get(_coupon_place(candidate.offer), 0)
        candidate.blocks &= ~candidate.bit


def _stacks_with_own(offer: Offer) -> bool:
    return bool(offer.stacks & offer.layer_bit)


def _coupon_place(offer: Offer) -> tuple[Layer, str | None]:
    return offer.layer, offer.shop if offer.layer is Layer.SHOP_COUPON else None


def compatible(one: Offer, other: Offer) -> bool:
    """Both name the other's layer in `stacks_with`: one refusal is enough."""
    return bool(one.stacks & other.layer_bit and other.stacks & one.layer_bit)
