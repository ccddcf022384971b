"""价保: by what the goods of an order became cheaper is paid back as an adjustment, with permission and reason."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.orders.models import Order
from apps.orders.repricing import price_today
from apps.orders.services import by_people


def protect_price(*, order: Order, actor: User, reason: str, expected: int) -> dict[str, Any]:
    """Pay back exactly `expected`, priced anew here. Errors: no_difference, refund_changed and those of `refund`."""
    require_permission(actor, by_people.REFUND)
    if not reason.strip():
        raise DomainError("reason_required", gettext_lazy("Say why."), "reason")
    found = price_today(order)
    if found is None or not found.difference:
        raise DomainError("no_difference", gettext_lazy("It costs no less today."))
    return by_people.refund(
        order=order,
        actor=actor,
        reason=_("Price protection: %(reason)s") % {"reason": reason.strip()},
        what={"adjust": found.adjust, "fault": "merchant"},
        expected=expected,
    )
