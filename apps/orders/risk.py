"""What risk rules are asked about an order before it is held, and about a refund before anything goes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.carts.bodies import OrderBody, given
from apps.carts.carts import customer_id
from apps.core.marks import hashed
from apps.offers.documents.template import ReturnPolicy
from apps.orders import recall
from apps.orders.book import KEEPER
from apps.orders.models import Order, OrderSegment, OrderUse
from apps.orders.recall import Recalled
from apps.orders.reversal import Reversal, paid_segment
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote
from apps.pricing.refund import PaidSegment
from apps.risk.lifecycle import Trigger
from apps.risk.services.assessing import admit, lock_ahead

MARKS = ("device", "ip", "address_hash")


def marks_of(body: OrderBody) -> dict[str, str]:
    """The marks of a cart, hashed; nothing of those that were not given."""
    risk = given(body.risk)
    return hashed({name: given(getattr(risk, name)) for name in MARKS}) if risk is not None else {}


def lock_marks(body: OrderBody) -> None:
    """Before an order locks anything else: what rules count exactly is locked before coupons and counters."""
    lock_ahead(trigger=Trigger.ORDER, customer=customer_id(body), marks=marks_of(body))


def admit_order(body: OrderBody, quote: Quote) -> None:
    """Raises Refused denied_by_risk; nothing is held yet."""
    admit(
        trigger=Trigger.ORDER,
        subject=body.order,
        customer=customer_id(body),
        marks=marks_of(body),
        facts={
            "list_amount": quote.list_total,
            "discount_amount": quote.discount_total,
            "payable_amount": quote.payable_total,
        },
    )


def admit_refund(
    order: Order,
    rows: Sequence[OrderSegment],
    reversal: Reversal,
    recalled: Sequence[Recalled],
    uses: Mapping[str, OrderUse],
) -> None:
    """Raises Refused denied_by_risk; nothing has gone back yet. Every refund counts, whether or not a rule asks."""
    admit(
        trigger=Trigger.REFUND,
        subject=order.code,
        customer=order.customer_code or None,
        marks=order.request.get("risk") or {},
        facts={
            "refund_amount": reversal.goods_amount + reversal.shipping,
            "returned_coupon": reversal.complete and bool(reversal.returned) and _returns_coupon(uses),
            "broke_tier": not reversal.complete and (bool(recalled) or _broke_tier(order, rows, reversal)),
        },
    )


def _returns_coupon(uses: Mapping[str, OrderUse]) -> bool:
    """Whether the order used a coupon that goes back with the whole order."""
    return any(use.terms.get("return_policy") == ReturnPolicy.FULL_REFUND for use in uses.values())


def _broke_tier(order: Order, rows: Sequence[OrderSegment], reversal: Reversal) -> bool:
    """Whether what remains no longer reaches a tier that it reached before this refund, of a discount it keeps."""
    before = [paid_segment(row) for row in rows]
    after = [segment for line in reversal.lines.values() for segment in line]
    offers = KEEPER.at_least(order.book_version).offers.offers
    codes = {code for segment in before for code, _amount in segment.shares}
    return any(_tier(offers[code], after) < _tier(offers[code], before) for code in codes if code in offers)


def _tier(offer: Offer, segments: Iterable[PaidSegment]) -> int:
    """Where the highest tier that is met begins; -1 where none is, or the offer has no tiers."""
    tiers: Any = getattr(offer.kind, "tiers", ())
    if not tiers:
        return -1
    looked = {
        "offer": offer.code,
        "metric": getattr(offer.kind, "metric", ""),
        "basis": "item" if offer.basis_item else "running",
    }
    reached = recall.remaining(looked, segments)
    return max((tier.at for tier in tiers if reached >= tier.at), default=-1)
