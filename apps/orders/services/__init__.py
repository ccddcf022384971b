"""Every verb on an order."""

from apps.orders.services.holding import place_order
from apps.orders.services.refunding import refund_order
from apps.orders.services.settling import cancel_order, lapse_due, pay_order

__all__ = ["cancel_order", "lapse_due", "pay_order", "place_order", "refund_order"]
