"""Whether a hold is void since an approver revoked an offer in it: judged whenever it matters, not when a sweep ran."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery

from apps.core.clock import now_sql
from apps.core.prepared import send
from apps.orders.models import OrderUse, Voiding

#: why an order was cancelled
VOIDED = "voided"
# Of an order called `o`; what was over before the revocation is expired and not void.
IS_VOID = """EXISTS (SELECT FROM orders_voiding v JOIN orders_orderuse u ON u.offer = v.offer
    WHERE u.order_id = o.id AND v.at < o.held_until {more})"""
JUDGE = f"SELECT {{now}}, EXISTS (SELECT FROM orders_order o WHERE o.code = %s AND {IS_VOID.format(more='')})"  # noqa: S608 - clauses of ours
# The sweep of voidings has it; the sweep of lapsed holds leaves it alone.
BEING_VOIDED = IS_VOID.format(more="AND v.done_at IS NULL")


def judge(code: str) -> Any:
    """A cursor with the clock, and whether the hold of this order is void by then; to be sent after its lock."""
    now, parameters = now_sql()
    return send(JUDGE.format(now=now), [*parameters, code])


def voided_at() -> Subquery:
    """For a query over orders: the instant at which the hold became void, or nothing."""
    used = OrderUse.objects.filter(order=OuterRef(OuterRef("pk"))).values("offer")
    voidings = Voiding.objects.filter(offer__in=used, at__lt=OuterRef("held_until"))
    return Subquery(voidings.order_by("at").values("at")[:1])
