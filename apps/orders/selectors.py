"""Reads of orders."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from apps.core.clock import DatabaseNow
from apps.orders.answers import answer_of_order
from apps.orders.errors import unknown_order
from apps.orders.lifecycle import OrderState
from apps.orders.models import Order
from apps.orders.voided import VOIDED, voided_at
from apps.pricing.faults import CODE


def order_for_shop(code: str, shop: str | None) -> dict[str, Any]:
    """The order with its refunds; one of another shop is unknown to the caller."""
    if not CODE.match(code):
        raise unknown_order()
    order = (
        Order.objects.filter(code=code)
        .annotate(over=Q(held_until__lte=DatabaseNow()), void_at=voided_at())
        .first()
    )
    if order is None or (shop is not None and order.shop_code != shop):
        raise unknown_order()
    if order.state == OrderState.HELD and order.void_at:
        order.state, order.closed_at = OrderState.CANCELLED.value, order.void_at
        order.close_reason = VOIDED
    elif order.state == OrderState.HELD and order.over:
        order.state = OrderState.EXPIRED.value  # the clock decides, not the sweep
    return answer_of_order(order, order.refunds.order_by("id").values_list("answer", flat=True))
