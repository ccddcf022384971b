"""An order as a shop sees it: the quote it was held at, its state, its refunds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from apps.orders.models import Order


def answer_of_order(order: Order, refunds: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    return order_answer(
        order.quote,
        code=order.code,
        state=order.state,
        held_until=order.held_until,
        paid_at=order.paid_at,
        closed_at=order.closed_at,
        reason=order.close_reason,
        refunds=refunds,
    )


def order_answer(
    quote: Mapping[str, Any],
    *,
    code: str,
    state: str,
    held_until: datetime,
    paid_at: datetime | None = None,
    closed_at: datetime | None = None,
    reason: str = "",
    refunds: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    return {
        "order": code,
        "state": state,
        "held_until": held_until.isoformat(),
        "paid_at": paid_at.isoformat() if paid_at else None,
        "closed_at": closed_at.isoformat() if closed_at else None,
        "reason": reason or None,
        **quote,
        "refunds": list(refunds),
    }
