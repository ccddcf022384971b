"""Refusals of orders: stable codes with the status and the members that go beside them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.errors import Refused

ORDER_EXISTS = "order_exists"
PRICE_CHANGED = "price_changed"
UNKNOWN_ORDER = "unknown_order"
BELOW_FLOOR = "below_floor"
WRONG_STATE = "wrong_state"
HOLD_EXPIRED = "hold_expired"
OVER_REFUND = "over_refund"
REFUND_EXISTS = "refund_exists"
UNKNOWN_LINE = "unknown_line"


class OrderRefused(Refused):
    """A business rule of orders says no; nothing has changed."""


def unknown_order() -> OrderRefused:
    return OrderRefused(UNKNOWN_ORDER, _("There is no order with this id."), status=404)


def wrong_state(state: str, reason: str = "") -> OrderRefused:
    members = {"state": str(state), **({"reason": reason} if reason else {})}
    return OrderRefused(WRONG_STATE, _("The order's state does not allow this."), members=members)
