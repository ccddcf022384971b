"""The end of a hold: paid, cancelled, or lapsed. The clock of the database is read after the order's row is locked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import JSONField
from django.utils.translation import gettext as _

from apps.audiences.services.customers import count_paid_order
from apps.carts.bodies import CancelBody, PayBody, given
from apps.carts.decode import CANCELS, PAYS
from apps.core import outbox
from apps.core.clock import database_now, now_sql
from apps.core.crash import crash_point
from apps.core.prepared import send, together
from apps.coupons.services import redeeming, rewards
from apps.orders import moves
from apps.orders.answers import answer_of_order
from apps.orders.errors import HOLD_EXPIRED, OrderRefused, unknown_order, wrong_state
from apps.orders.exhaustion import end_used_up
from apps.orders.lifecycle import OrderAction, OrderState, allows
from apps.orders.models import Order
from apps.orders.record import LEDGER_COLUMNS, LEDGER_TYPES, as_json
from apps.orders.releasing import release_holds
from apps.orders.voided import BEING_VOIDED, VOIDED, judge
from apps.pricing.faults import CODE

LAPSE_BATCH = 200
# The guards themselves; a test that takes one away must see the promise broken.
ROW_LOCK = "FOR UPDATE"
SKIP = "FOR UPDATE SKIP LOCKED"
FIELDS = Order._meta.concrete_fields
COLUMNS = [field.attname for field in FIELDS]
IS_JSON = [isinstance(field, JSONField) for field in FIELDS]
LOCK = f"SELECT {', '.join(COLUMNS)} FROM orders_order WHERE code = %s {{lock}}"  # noqa: S608 - our own columns
INSERT_ENTRIES = f"""
INSERT INTO orders_ledgerentry (order_id, refund_id, {LEDGER_COLUMNS})
SELECT %(order)s, %(refund)s, e.* FROM json_to_recordset(%(entries)s::json) AS e({LEDGER_TYPES})
"""  # noqa: S608 - names of our own columns


def read_pay(raw: bytes) -> PayBody:
    return PAYS.read(raw)


def read_cancel(raw: bytes) -> CancelBody:
    return CANCELS.read(raw)


def pay_order(*, code: str, shop: str | None) -> dict[str, Any]:
    """Make a held order a paid one at its price, whatever became of its offers. Call it inside a transaction.

    Errors: unknown_order, wrong_state, hold_expired.
    """
    order, now = lock_hold(code, shop)
    if order.state == OrderState.EXPIRED or (order.state == OrderState.HELD and now >= order.held_until):
        raise OrderRefused(HOLD_EXPIRED, _("The hold is over: order again."), members={"state": "expired"})
    require(order, OrderAction.PAY)
    crash_point("pay_locked")
    if has_coupons(order):
        redeeming.use([order.code], expected=len(coupons_of(order)))
        rewards.grant(order.code, now=now)
        crash_point("coupons_used")
    if order.customer_code:
        count_paid_order(order.customer_code)
    order.state, order.paid_at = OrderState.PAID.value, now
    moved = moves.sell(
        order.pk, at=now, event={"payable_total": order.payable_amount, "points": points_of(order)}
    )
    crash_point("sold")
    end_used_up(moved)
    crash_point("paid")
    return answer_of_order(order)


def cancel_order(*, code: str, shop: str | None, reason: str = "") -> dict[str, Any]:
    """Release all that a held order holds. Errors: unknown_order, wrong_state (also when its hold is over)."""
    order, now = lock_hold(code, shop)
    if order.state == OrderState.HELD and now >= order.held_until:
        raise wrong_state(OrderState.EXPIRED)
    require(order, OrderAction.CANCEL)
    release_holds([(order.pk, order.code)], coupons=has_coupons(order))
    crash_point("freed")
    order.state, order.closed_at, order.close_reason = OrderState.CANCELLED.value, now, reason
    Order.objects.filter(pk=order.pk).update(state=order.state, closed_at=now, close_reason=reason)
    outbox.publish(topic="order.cancelled", subjects=[order.code], payload={"reason": reason})
    return answer_of_order(order)


def lapse_due(batch: int = LAPSE_BATCH) -> int:
    """Release one batch of holds that are over; the number released. Any number of sweeps may run at once."""
    with transaction.atomic():
        due = _due(batch)
        if not due:
            return 0
        release_holds(due)
        crash_point("lapsed")
        Order.objects.filter(pk__in=[pk for pk, _code in due]).update(
            state=OrderState.EXPIRED, closed_at=database_now(), close_reason=""
        )
        outbox.publish(topic="order.expired", subjects=[code for _pk, code in due], payload={})
    return len(due)


def _due(batch: int) -> list[tuple[int, str]]:
    now, parameters = now_sql()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.id, o.code FROM orders_order o WHERE o.state = 'held' AND o.held_until <= {now}
            AND NOT {BEING_VOIDED} ORDER BY o.held_until LIMIT %s {SKIP}""",  # noqa: S608 - clauses of ours
            [*parameters, batch],
        )
        return list(cursor.fetchall())


def lock_order(code: str, shop: str | None) -> Order:
    """The order, its row locked; one of another shop is unknown to the caller."""
    return _order(send(LOCK.format(lock=ROW_LOCK), [_known_form(code)]), shop)


def lock_hold(code: str, shop: str | None) -> tuple[Order, datetime]:
    """The order, its row locked, and the clock, read past the lock."""
    with together():
        found = send(LOCK.format(lock=ROW_LOCK), [_known_form(code)])
        judged = judge(code)
    order = _order(found, shop)
    return order, still_good(order, judged)


def still_good(order: Order, judged: Any) -> datetime:
    """The clock; a hold that a revocation made void reads as cancelled by then."""
    now, void = judged.fetchone()
    if void and order.state == OrderState.HELD:
        raise wrong_state(OrderState.CANCELLED, VOIDED)
    return now


def _known_form(code: str) -> str:
    if not CODE.match(code):
        raise unknown_order()
    return code


def _order(found: Any, shop: str | None) -> Order:
    row = found.fetchone()
    if row is None:
        raise unknown_order()
    read = [orjson.loads(value) if json else value for json, value in zip(IS_JSON, row, strict=True)]
    order = Order.from_db(DEFAULT_DB_ALIAS, COLUMNS, read)
    if shop is not None and order.shop_code != shop:
        raise unknown_order()
    return order


def require(order: Order, action: OrderAction) -> None:
    if not allows(order.state, action):
        raise wrong_state(order.state, order.close_reason)


def write_entries(order: Order, entries: list[dict[str, Any]], refund: int | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ENTRIES, {"order": order.pk, "refund": refund, "entries": as_json(entries)})


def coupons_of(order: Order) -> list[str]:
    """The ids of the coupons that the order was priced with."""
    return [used["coupon"] for used in order.quote["offers"] if used["coupon"] is not None]


def has_coupons(order: Order) -> bool:
    """Whether it uses coupons or gives some."""
    return bool(coupons_of(order)) or any(row["coupons"] for row in order.rewards)


def points_of(order: Order) -> int:
    """Points are no balance of ours: whoever keeps it hears of them by the event."""
    return sum(row["points"] for row in order.rewards)


def reason_in(body: CancelBody) -> str:
    return given(body.reason) or ""
