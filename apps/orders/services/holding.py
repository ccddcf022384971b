"""Placing an order: priced from fresh numbers without locks, then guarded writes decide; at the third time under lock.

What stock, limit or budget refused meanwhile is priced anew without it. Nothing is kept of a refused attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.audiences.services.customers import ensure_customer
from apps.carts.bodies import OrderBody, given
from apps.carts.carts import customer_id
from apps.carts.decode import ORDERS, FaultyBodyError
from apps.core.crash import crash_point
from apps.core.errors import BusyError
from apps.core.locks import lock_number
from apps.core.prepared import send, together
from apps.coupons.services import rewards
from apps.coupons.services.redeeming import CouponTakenError
from apps.coupons.services.rewards import NothingLeftError
from apps.orders import buckets, risk
from apps.orders.answers import order_answer
from apps.orders.carried import Asker
from apps.orders.chosen import Chosen, rewards_of
from apps.orders.demand import counters_taken, limits_taken
from apps.orders.errors import PRICE_CHANGED, OrderRefused
from apps.orders.floors import refuse_below_floor
from apps.orders.guards import take_counters, use_limits
from apps.orders.lifecycle import OrderState
from apps.orders.overdue import OverdueHoldsError, in_the_way
from apps.orders.placed import Held, Used, row_of, used_by
from apps.orders.priced import Priced, price_order
from apps.orders.record import insert_order
from apps.orders.refusals import with_portal_faults

ATTEMPTS = 3
# The savepoint before the first attempt; it is never released: the transaction's end does that.
NOTHING_DONE = "nothing_done"


class StalePriceError(Exception):
    """An offer that applied has changed since it was priced."""


def place_order(raw: bytes, *, client: int, shop: str | None, overdue_first: bool = False) -> dict[str, Any]:
    """Hold a cart at its price; the answer to `POST /orders`. Call it inside a transaction.

    With `overdue_first` it stops where holds that are over stand in the way: their release takes other locks.
    Errors: FaultyBodyError; OrderRefused order_exists, price_changed, below_floor; Refused denied_by_risk; BusyError;
    OverdueHoldsError.
    """
    body = read_body(raw)
    asker = Asker(client, shop)
    _begin(body.order, customer_id(body))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _attempt(body, asker, under_lock=attempt == ATTEMPTS, overdue_first=overdue_first)
        except (buckets.NotEnough, StalePriceError, CouponTakenError, NothingLeftError):
            send(f"ROLLBACK TO SAVEPOINT {NOTHING_DONE}")
    raise BusyError


def read_body(raw: bytes) -> OrderBody:
    try:
        return ORDERS.read(raw)
    except FaultyBodyError as error:
        raise with_portal_faults(error) from error


def _begin(order: str, customer: str | None) -> None:
    """One at a time for an order id, and for a customer: what they have ordered is then known."""
    with together():
        lock_names(order, customer)
        send(f"SAVEPOINT {NOTHING_DONE}")


def lock_names(order: str, customer: str | None) -> None:
    """Advisory locks until the transaction ends: the order's, then the customer's."""
    numbers = [lock_number("order", order)]
    if customer is not None:
        numbers.append(lock_number("customer", customer))
    send(f"SELECT {', '.join(['pg_advisory_xact_lock(%s)'] * len(numbers))}", numbers)


def _attempt(body: OrderBody, asker: Asker, *, under_lock: bool, overdue_first: bool) -> dict[str, Any]:
    if under_lock:
        risk.lock_marks(body)
    priced = price_order(body, asker, under_lock=under_lock)
    if overdue_first and in_the_way(priced.inputs, priced.carried, priced.numbers, priced.quote):
        raise OverdueHoldsError
    _as_expected(body, priced)
    refuse_below_floor(body.order, priced)
    crash_point("priced")
    used = used_by(priced)
    if used is None:
        raise StalePriceError
    risk.admit_order(body, priced.quote)
    customer = _known_customer(body, priced)
    coupons = Chosen.of(priced.quote, priced.carried)
    coupons.hold_own(body.order, customer)
    crash_point("coupons")
    held = _hold(body, asker, customer, priced, used, coupons)
    answer = coupons.named(priced.answer)
    row = row_of(body, asker, priced, used, held, coupons, answer)
    _write(row, held.draws)
    crash_point("taken")
    return order_answer(answer, code=body.order, state=OrderState.HELD.value, held_until=row["held_until"])


def _as_expected(body: OrderBody, priced: Priced) -> None:
    expected = given(body.expected_payable)
    if expected is not None and expected != priced.quote.payable_total:
        raise OrderRefused(
            PRICE_CHANGED, _("The price is another one by now."), members={"quote": priced.answer}
        )


def _known_customer(body: OrderBody, priced: Priced) -> str | None:
    customer = customer_id(body)
    if customer is not None and priced.inputs.customer is None:
        ensure_customer(customer)
    return customer


def _hold(
    body: OrderBody, asker: Asker, customer: str | None, priced: Priced, used: Used, coupons: Chosen
) -> Held:
    """Limits, coupons by code and rewards, each by a guarded write; the counters are only planned: they come last."""
    numbers = priced.numbers
    taken = counters_taken(used.applied, priced.usages, numbers.spans)
    buckets.ensure(taken, numbers)
    limits = use_limits(customer, limits_taken(used.applied, numbers.spans))
    crash_point("limits")
    coupons.claim_presented(body.order, customer, asker.shop, numbers.templates)
    promised = rewards.promise(
        order=body.order,
        customer=customer or "",
        rewards=rewards_of(priced.quote),
        templates=numbers.templates,
        now=priced.inputs.now,
    )
    crash_point("promised")
    buckets.settle_totals(taken, numbers)
    draws = buckets.plan(taken, numbers)
    crash_point("planned")
    return Held(draws, limits, promised)


def _write(order: dict[str, Any], draws: Sequence[buckets.DrawOn]) -> None:
    """The order, then the counters: both go out at once. Raises StalePriceError, NotEnough."""
    with together():
        placed = insert_order(order)
        took = take_counters(draws) if draws else None
    if placed.rowcount != 1:
        raise StalePriceError
    if took is not None and took.rowcount != len(draws):
        raise buckets.NotEnough("counter")
