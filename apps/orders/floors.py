"""Orders below a floor price, refused where the administrator has switched that on: no statement of its own.

What the refusal leaves behind is an event, from which others make an alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import outbox
from apps.orders.errors import BELOW_FLOOR, OrderRefused
from apps.orders.priced import Priced
from apps.pricing.cart import CartLine
from apps.pricing.quote import QuotedSegment

TOPIC = "order.below_floor"


def refuse_below_floor(order: str, priced: Priced) -> None:
    """Raises OrderRefused below_floor with every line that has units below the floor price of its SKU."""
    if not priced.inputs.block_below_floor:
        return
    low = list(_low(priced))
    if not low:
        return
    told = [
        {
            "line": line.line,
            "sku": line.sku,
            "units": segment.units,
            "net_amount": segment.net,
            "floor_price": floor,
        }
        for line, segment, floor in low
    ]
    raise OrderRefused(
        BELOW_FLOOR,
        _("The price falls below the floor price of these goods."),
        members={"lines": told},
        after=partial(_note, order, _event(priced, low)),
    )


def _low(priced: Priced) -> Iterator[tuple[CartLine, QuotedSegment, int]]:
    """The cheapest such segment of each line."""
    for line, segments in zip(priced.quote.cart.lines, priced.quote.segments, strict=True):
        floor = line.facts.floor_price if line.facts is not None else 0
        below = [segment for segment in segments if segment.net < floor * segment.units]
        if below:
            yield line, min(below, key=lambda segment: segment.net / segment.units), floor


def _event(priced: Priced, low: list[tuple[CartLine, QuotedSegment, int]]) -> dict[str, Any]:
    cart = priced.quote.cart
    customer = cart.customer
    return {
        "as_of": priced.inputs.now.isoformat(),
        "cart": [[line.sku, line.quantity] for line in cart.lines],
        "profile": {
            "customer": customer.id if customer is not None else None,
            "channel": cart.channel,
            "terminal": cart.terminal,
            "region": cart.region,
        },
        "lines": [
            {
                "sku": line.sku,
                "amount": segment.net,
                "units": segment.units,
                "floor": floor,
                "stack": _stack(line, segment),
            }
            for line, segment, floor in low
        ],
    }


def _stack(line: CartLine, segment: QuotedSegment) -> list[dict[str, Any]]:
    """What took the price down, in the order applied."""
    item = segment.piece.item_offer
    taken = [(offer, amount) for offer, amount in segment.shares if amount]
    if item is not None:
        taken.insert(0, (item, segment.units * (line.unit_price - segment.piece.unit_price)))
    return [
        {"offer": offer.code, "name": offer.name, "amount": amount, "coupon": offer.is_coupon}
        for offer, amount in taken
    ]


def _note(order: str, event: dict[str, Any]) -> None:
    with transaction.atomic():
        outbox.publish(topic=TOPIC, subjects=[order], payload=event)
