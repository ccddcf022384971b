"""Voiding holds, ticked by an approver with a revocation: nobody can pay them; batches give back what they hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Sum

from apps.accounts.models import User
from apps.activities.services.revocation import Unpaid
from apps.core import outbox
from apps.core.audit import Subject, actor_name, record
from apps.core.clock import DatabaseNow, database_now
from apps.core.crash import crash_point
from apps.orders.lifecycle import OrderState
from apps.orders.models import Order, Voiding
from apps.orders.releasing import release_holds
from apps.orders.voided import VOIDED

BATCH = 200
# An order that was placed while the revocation was approved may commit a moment after it.
LATECOMERS = timedelta(minutes=2)
HELD = """
SELECT o.id, o.code, o.payable_amount FROM orders_order o
WHERE o.state = 'held' AND o.held_until > %(at)s
    AND EXISTS (SELECT FROM orders_orderuse u WHERE u.order_id = o.id AND u.offer = %(offer)s)
ORDER BY o.id LIMIT %(batch)s FOR UPDATE OF o SKIP LOCKED
"""


class HeldOrders:
    """What a revocation asks of orders."""

    def count(self, offer: str) -> Unpaid:
        held = Order.objects.filter(
            state=OrderState.HELD, uses__offer=offer, held_until__gt=DatabaseNow()
        ).aggregate(amount=Sum("payable_amount"), orders=Sum(1))
        return Unpaid(held["orders"] or 0, held["amount"] or 0)

    def cancel(self, *, offer: str, at: datetime, actor: User) -> None:
        Voiding.objects.create(offer=offer, at=at, decided_by=actor_name(actor))


def void_all() -> int:
    """Give back what void orders hold, batch by batch; the number of orders. Goes on where a dead process stopped."""
    total = 0
    while voided := void_batch():
        total += voided
    return total


@transaction.atomic
def void_batch(batch: int = BATCH) -> int:
    """One batch of the oldest open voiding; others may work on other voidings at the same time."""
    for voiding in Voiding.objects.filter(done_at=None).order_by("id").select_for_update(skip_locked=True):
        held = _held(voiding, batch)
        if held:
            _void(voiding, held)
            return len(held)
        _finish(voiding)
    return 0


def _held(voiding: Voiding, batch: int) -> list[tuple[int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"offer": voiding.offer, "at": voiding.at, "batch": batch})
        return list(cursor.fetchall())


def _void(voiding: Voiding, held: list[tuple[int, str, int]]) -> None:
    orders = [pk for pk, _code, _amount in held]
    release_holds([(pk, code) for pk, code, _amount in held])
    crash_point("voided")
    Order.objects.filter(pk__in=orders).update(
        state=OrderState.CANCELLED, closed_at=voiding.at, close_reason=VOIDED
    )
    Voiding.objects.filter(pk=voiding.pk).update(
        orders=F("orders") + len(held), amount=F("amount") + sum(amount for _pk, _code, amount in held)
    )
    outbox.publish(
        topic="order.cancelled",
        subjects=[code for _pk, code, _amount in held],
        payload={"reason": VOIDED, "offer": voiding.offer},
    )


def _finish(voiding: Voiding) -> None:
    """Nothing of it is held any more; it stays open until no latecomer can be on its way."""
    now = database_now()
    if now < voiding.at + LATECOMERS:
        return
    voiding.done_at = now
    voiding.save(update_fields=["done_at"])
    record(
        action="activity.void_holds",
        subject=Subject("activities.activity", voiding.offer),
        actor=None,
        after={"orders": voiding.orders, "payable_total": voiding.amount},
    )
