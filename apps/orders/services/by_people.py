"""What people may do to an order in the admin: the services of the API, with permission, reason, audit entry."""

from __future__ import annotations

from typing import Any, NoReturn

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.core.refusals import kept_refusals
from apps.orders.models import Order
from apps.orders.services.refunding import read_refund, refund_order
from apps.orders.services.settling import cancel_order

CANCEL = "orders.cancel_order"
REFUND = "orders.refund_order"


class _TakenBackError(Exception):
    """Carries an answer out of a transaction that is to leave nothing."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


@transaction.atomic
def cancel(*, order: Order, actor: User, reason: str) -> dict[str, Any]:
    """Release an unpaid order. Errors: reason_required and those of `cancel_order`."""
    require_permission(actor, CANCEL)
    require_own(actor, order)
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


def refund(
    *, order: Order, actor: User, reason: str, what: dict[str, Any], expected: int | None = None
) -> dict[str, Any]:
    """Pay back `what` (a refund's body without id and reason), where `expected` is given exactly that much.

    Errors: reason_required, refund_changed and those of `refund_order`.
    """
    require_permission(actor, REFUND)
    require_own(actor, order)
    why = _said(reason)
    with kept_refusals(), transaction.atomic():
        answer = _refund(order, actor, {**what, "reason": why})
        if expected is not None and answer["refund_total"] != expected:
            raise DomainError(
                "refund_changed", _("The order has changed meanwhile: look at the amounts again.")
            )
        record(
            action="order.refund",
            subject=order,
            actor=actor,
            before={"state": order.state},
            after={
                "state": answer["state"],
                "refund": answer["refund"],
                "refund_total": answer["refund_total"],
            },
            reason=why,
        )
    return answer


def foretell_refund(*, order: Order, actor: User, what: dict[str, Any]) -> dict[str, Any]:
    """The answer that `refund` would give now, by the same arithmetic; everything that it did is taken back.

    Errors: those of `refund_order`.
    """
    require_permission(actor, REFUND)
    require_own(actor, order)
    try:
        with transaction.atomic():
            _tell(_refund(order, actor, what, foretold=True))
    except _TakenBackError as told:
        return told.answer


def _tell(answer: dict[str, Any]) -> NoReturn:
    raise _TakenBackError(answer)


def _refund(order: Order, actor: User, what: dict[str, Any], *, foretold: bool = False) -> dict[str, Any]:
    """Refunds of people are numbered within the order."""
    number = order.refunds.count() + 1
    body = {**what, "refund": f"{actor.pk}-{number}"}
    asked = read_refund(orjson.dumps(body))
    return refund_order(code=order.code, shop=None, asked=asked, foretold=foretold)


def _said(reason: str) -> str:
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    return reason.strip()
