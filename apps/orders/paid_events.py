"""Paid orders for the campaigns that they bring: told by the outbox's relay, so that paying waits for none of it."""

from collections.abc import Sequence

from apps.core.models import OutboxEvent
from apps.coupons.services.on_event import orders_paid
from apps.orders.models import Order


def note_paid(events: Sequence[OutboxEvent]) -> None:
    """The customers of these orders, as far as they have any."""
    codes = [event.subject for event in events]
    known = Order.objects.filter(code__in=codes).exclude(customer_code="")
    orders_paid(list(known.order_by("code").values_list("code", "customer_code")))
