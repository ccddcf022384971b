"""Revoking an activity: it ends; where the approver ticks it, the orders that nobody has paid lose their price, too.

Orders lie above activities, so they register who counts and who cancels what is unpaid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.lifecycle import Action, EndReason
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Choice
from apps.approvals.selectors import chosen_by_all
from apps.catalog.selectors import portal
from apps.offers.versions.ending import end
from apps.offers.versions.revocation import RevokeHandler
from apps.offers.versions.steps import begin_locked
from apps.pricing.money import format_money

CANCEL_UNPAID = "cancel_unpaid"


class Unpaid(NamedTuple):
    """Orders that hold something at this moment, and what their customers were to pay."""

    orders: int
    amount: int


class UnpaidOrders(Protocol):
    """What the app of orders does for a revocation."""

    def count(self, offer: str) -> Unpaid: ...

    def cancel(self, *, offer: str, at: datetime, actor: User) -> None:
        """From this transaction's commit on none of them can be paid; what they hold is given back afterwards."""


_unpaid_orders: list[UnpaidOrders] = []


def register(orders: UnpaidOrders) -> None:
    _unpaid_orders[:] = [orders]


class RevokeActivityHandler(RevokeHandler):
    """Approval of an activity's revocation, with the choice that is the approver's alone."""

    def choices(self, request: ApprovalRequest) -> Sequence[Choice]:
        proposed = bool(request.payload.get(CANCEL_UNPAID))
        counted = [orders.count(request.subject_code) for orders in _unpaid_orders]
        return [
            Choice(CANCEL_UNPAID, _("Cancel unpaid orders, too"), _effect(unpaid), proposed)
            for unpaid in counted
        ]

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        step = begin_locked(self.lock(request), Action.APPROVE_REVOCATION, actor, request.reason)
        unpaid = chosen_by_all(request, CANCEL_UNPAID)
        if unpaid:
            for orders in _unpaid_orders:
                orders.cancel(offer=step.thing.code, at=step.now, actor=actor)
        end(step, EndReason.REVOKED, {CANCEL_UNPAID: unpaid})


def _effect(unpaid: Unpaid) -> str:
    return gettext(
        "Unpaid orders at this price now: %(orders)s, %(amount)s to pay in all. They can no longer be paid and give "
        "back what they hold. Paid orders are never touched."
    ) % {
        "orders": unpaid.orders,
        "amount": format_money(unpaid.amount, portal().currency),
    }
