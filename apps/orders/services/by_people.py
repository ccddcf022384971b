"""What people may do to an order in the admin: the services of the API, with permission, reason, audit entry."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.orders.models import Order
from apps.orders.services.refunding import read_refund, refund_order
from apps.orders.services.settling import cancel_order

CANCEL = "orders.cancel_order"
REFUND = "orders.refund_order"


@transaction.atomic
def cancel(*, order: Order, actor: User, reason: str) -> dict[str, Any]:
    """Release an unpaid order. Errors: reason_required and those of `cancel_order`."""
    require_permission(actor, CANCEL)
    why = _said(reason)
    answer = cancel_order(code=order.code, shop=None, reason=why)
    record(
        action="order.cancel",
        subject=order,
        actor=actor,
        before={"state": order.state},
        after={"state": answer["state"]},
        reason=why,
    )
    return answer


@transaction.atomic
def refund(*, order: Order, actor: User, reason: str, what: dict[str, Any]) -> dict[str, Any]:
    """Pay back `what` (a refund's body without id and reason). Errors: reason_required and those of `refund_order`."""
    require_permission(actor, REFUND)
    why = _said(reason)
    number = order.refunds.count() + 1
    body = {**what, "refund": f"{actor.pk}-{number}", "reason": why}
    answer = refund_order(code=order.code, shop=None, asked=read_refund(orjson.dumps(body)))
    record(
        action="order.refund",
        subject=order,
        actor=actor,
        before={"state": order.state},
        after={"state": answer["state"], "refund": answer["refund"], "refund_total": answer["refund_total"]},
        reason=why,
    )
    return answer


def _said(reason: str) -> str:
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    return reason.strip()
