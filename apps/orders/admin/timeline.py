"""What happened to an order, when, and through whom: a person of the portal, a shop's server, or the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.models import AuditEntry
from apps.orders.clients import client_names
from apps.orders.lifecycle import OrderState
from apps.orders.models import Order, Refund

# An answer commits with its effect, so it lies within moments of it; the index goes by time.
NEARBY = timedelta(seconds=30)
CALLS = """
SELECT path, client, created_at FROM core_idempotencyrecord
WHERE path = ANY(%(paths)s) AND status < 300
    AND created_at > %(after)s::timestamptz AND created_at < %(before)s::timestamptz ORDER BY id
"""
BY_CLOCK = _("the clock")
BY_SHOP = _("a shop's server")


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `amount` is money that changed hands, `reason` what was said about it."""

    at: datetime
    what: str | Promise
    who: str | Promise
    amount: int | None = None
    reason: str = ""
    code: str = ""


def timeline(order: Order, refunds: Sequence[Refund], now: datetime) -> list[Moment]:
    """From the hold on; an unpaid order whose time is over has lapsed, whether or not a sweep has been there."""
    teller = _Teller(order, [refund.created_at for refund in refunds])
    moments = [Moment(order.created_at, _("ordered and held"), teller.holder)]
    if order.paid_at:
        moments.append(
            Moment(order.paid_at, _("paid"), teller.who("pay", order.paid_at), order.payable_amount)
        )
    for refund in refunds:
        who = teller.who("refunds", refund.created_at, refund.code)
        moments.append(
            Moment(refund.created_at, _("refunded"), who, refund.total_amount, refund.reason, refund.code)
        )
    if order.state == OrderState.CANCELLED and order.closed_at:
        who = teller.who("cancel", order.closed_at)
        moments.append(Moment(order.closed_at, _("cancelled"), who, reason=order.close_reason))
    elif order.state == OrderState.EXPIRED or (order.state == OrderState.HELD and now >= order.held_until):
        moments.append(Moment(order.held_until, _("lapsed"), BY_CLOCK))
    return moments


class _Teller:
    """Knows who did what: people are in the audit log, clients in the answers stored for their calls."""

    def __init__(self, order: Order, refunded: Iterable[datetime]) -> None:
        self.order = order
        entries = AuditEntry.objects.filter(
            subject_type=order._meta.label_lower, subject_code=order.code
        ).order_by("id")
        self.people = list(entries.values_list("action", "actor", "after"))
        instants = [at for at in (order.paid_at, order.closed_at, *refunded) if at]
        self.calls = self._calls(instants) if instants else []
        self.names = client_names([order.client, *(client for _path, client, _at in self.calls)])

    @property
    def holder(self) -> str | Promise:
        return self.names.get(self.order.client, BY_SHOP)

    def who(self, verb: str, at: datetime, refund: str = "") -> str | Promise:
        person = self._person(verb, refund)
        if person:
            return person
        path = self._path(verb)
        near = [(abs(when - at), client) for called, client, when in self.calls if called == path]
        return self.names.get(min(near)[1], BY_SHOP) if near else self.holder if verb == "pay" else BY_SHOP

    def _person(self, verb: str, refund: str) -> str:
        wanted = {"refunds": "order.refund", "cancel": "order.cancel"}.get(verb)
        for action, actor, after in self.people:
            if action == wanted and (not refund or (after or {}).get("refund") == refund):
                return actor.removeprefix("user:")
        return ""

    def _calls(self, instants: Sequence[datetime]) -> list[tuple[Any, ...]]:
        paths = [self._path(verb) for verb in ("pay", "cancel", "refunds")]
        found: list[tuple[Any, ...]] = []
        with connection.cursor() as cursor:
            for instant in instants:
                around = {"after": instant - NEARBY, "before": instant + NEARBY}
                cursor.execute(CALLS, {"paths": paths, **around})
                found += cursor.fetchall()
        return found

    def _path(self, verb: str) -> str:
        return f"/api/v1/orders/{self.order.code}/{verb}"
