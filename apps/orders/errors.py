"""Refusals of orders: stable codes with the status and the members that go beside them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError

ORDER_EXISTS = "order_exists"
PRICE_CHANGED = "price_changed"
UNKNOWN_ORDER = "unknown_order"
WRONG_STATE = "wrong_state"
HOLD_EXPIRED = "hold_expired"
OVER_REFUND = "over_refund"
REFUND_EXISTS = "refund_exists"
UNKNOWN_LINE = "unknown_line"


class OrderRefused(DomainError):
    """A business rule says no; nothing has changed. `members` are part of the answer."""

    def __init__(
        self, code: str, message: str | Promise, *, status: int = 409, members: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.members = members or {}


class BusyError(Exception):
    """Three attempts met others each time; the request may come again."""


def unknown_order() -> OrderRefused:
    return OrderRefused(UNKNOWN_ORDER, _("There is no order with this id."), status=404)


def wrong_state(state: str) -> OrderRefused:
    return OrderRefused(WRONG_STATE, _("The order's state does not allow this."), members={"state": state})
