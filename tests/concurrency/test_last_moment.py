"""The end of a hold is contested: a payment against the clock, the sweep, a cancellation; the last two payments."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from apps.activities.models import Activity
from apps.core.clock import database_now
from apps.orders import buckets, exhaustion
from apps.orders.errors import OrderRefused
from apps.orders.models import Counter, Order
from apps.orders.services import settling
from tests.concurrency.processes import FORK, Meeting, at_once, cancel, order, pay
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]

SHORT = 4.0  # seconds that a hold lasts here: long enough to begin paying, whatever else the machine does


def sleep_until(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(extract(epoch FROM %s - clock_timestamp()))", [moment])


def pays_while_its_time_runs_out(settings: Any) -> list[Any]:
    """Somebody has the order's row; the payment begins in time, and gets the row when the hold is over."""
    order("o0")
    cancel("o0")
    settings.HOLD_MINUTES = SHORT / 60
    assert order("o1") == 10_000
    locked = FORK.Barrier(2)

    held_until = Order.objects.get(code="o1").held_until

    def keep_the_row() -> None:
        with transaction.atomic():
            Order.objects.select_for_update().get(code="o1")
            locked.wait(10)
            sleep_until(held_until)

    def pay_at_last() -> tuple[bool, str]:
        locked.wait(10)
        in_time = database_now() < held_until
        try:
            return in_time, pay("o1")
        except OrderRefused as refused:
            return in_time, refused.code

    return at_once([keep_the_row, pay_at_last])


def test_the_clock_is_read_after_the_lock(settings: Any) -> None:
    assert pays_while_its_time_runs_out(settings) == [None, (True, "hold_expired")]
    assert Order.objects.get(code="o1").state == "held"


def test_control_by_the_clock_before_the_lock_it_is_paid_too_late(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clock_first(code: str, shop: str | None) -> tuple[Order, datetime]:
        now = database_now()
        return settling.lock_order(code, shop), now

    monkeypatch.setattr(settling, "lock_hold", clock_first)
    assert pays_while_its_time_runs_out(settings) == [None, (True, "paid")]
    paid = Order.objects.get(code="o1")
    assert paid.paid_at is not None
    assert paid.paid_at < paid.held_until < database_now()


def lapse_meeting(meeting: Meeting) -> int:
    """Sweep as if every hold were over; between reading what is due and releasing it come to the meeting."""
    due = settling._due

    def read_and_wait(batch: int) -> Any:
        found = due(batch)
        if found:
            meeting.come(meeting.place)
        return found

    settling._due = read_and_wait  # in this process only
    return settling.lapse_due()


def all_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep's clock is years ahead, as if the hold ended between the payment's look at it and its commit."""
    monkeypatch.setattr(settling, "now_sql", lambda: ("clock_timestamp() + interval '9 years'", []))


def pay_against_lapse(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Both have looked at the order before either changes it, if they can."""
    all_are_due(monkeypatch)
    assert order("o1") == 10_000
    meeting = Meeting("pay_locked", 2)
    return at_once([lambda: pay("o1"), lambda: lapse_meeting(meeting)], meeting)


def test_a_hold_is_paid_or_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    paid, lapsed = pay_against_lapse(monkeypatch)
    assert (paid, lapsed) in (("paid", 0), ("hold_expired", 1))
    assert Order.objects.get().state == ("paid" if lapsed == 0 else "expired")
    assert broken() == []


def test_control_without_the_locks_it_is_paid_and_lapses(
    monkeypatch: pytest.MonkeyPatch,
    without_check: Callable[[str, str], None],
    without_order_trigger: None,
) -> None:
    monkeypatch.setattr(settling, "ROW_LOCK", "")
    monkeypatch.setattr(settling, "SKIP", "")
    for name in ("order_paid_when_sold", "order_closed_when_over"):
        without_check("orders_order", name)
    assert pay_against_lapse(monkeypatch) == ["paid", 1]
    assert any(fault.startswith("orders.states") for fault in broken())


def test_without_the_locks_the_trigger_lets_one_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's own rule on states is the net below the locks."""
    monkeypatch.setattr(settling, "ROW_LOCK", "")
    monkeypatch.setattr(settling, "SKIP", "")
    results = pay_against_lapse(monkeypatch)
    assert [result in ("paid", 1) for result in results].count(True) == 1, results
    assert broken() == []


def pay_against_cancel() -> list[Any]:
    assert order("o1") == 10_000
    return at_once([lambda: pay("o1"), lambda: cancel("o1")], Meeting("pay_locked", 2))


def cancel_where_pay_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancellation comes to the same meeting, past its own look at the order."""
    require = settling.require

    def require_and_wait(order: Order, action: settling.OrderAction) -> None:
        require(order, action)
        if action is settling.OrderAction.CANCEL:
            settling.crash_point("pay_locked")

    monkeypatch.setattr(settling, "require", require_and_wait)


def test_an_order_is_paid_or_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    cancel_where_pay_waits(monkeypatch)
    paid, cancelled = pay_against_cancel()
    assert (paid, cancelled) in (("paid", "wrong_state"), ("wrong_state", "cancelled"))
    assert broken() == []


def test_control_without_the_row_lock_it_is_paid_and_cancelled(
    monkeypatch: pytest.MonkeyPatch,
    without_check: Callable[[str, str], None],
    without_order_trigger: None,
) -> None:
    cancel_where_pay_waits(monkeypatch)
    monkeypatch.setattr(settling, "ROW_LOCK", "")
    for name in ("order_paid_when_sold", "order_closed_when_over"):
        without_check("orders_order", name)
    assert pay_against_cancel() == ["paid", "cancelled"]
    assert any(fault.startswith("orders.states") for fault in broken())


def the_last_two_pay(monkeypatch: pytest.MonkeyPatch) -> str:
    """Two units in two buckets, held by two; both payments are done with their bucket before either commits."""
    monkeypatch.setattr(buckets, "BUCKETS", 2)
    monkeypatch.setattr(buckets, "BUCKETED_FROM", 2)
    sale = fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    assert [order("o1"), order("o2")] == [6_000, 6_000]
    assert sorted(Counter.objects.values_list("held", flat=True)) == [1, 1]
    # The first to have looked waits here a while for the second, before it commits.
    assert at_once([lambda: pay("o1"), lambda: pay("o2")], Meeting("paid", 2)) == ["paid", "paid"]
    assert Counter.objects.aggregate(held=Sum("held"), used=Sum("used")) == {"held": 0, "used": 2}
    return Activity.objects.get(pk=sale.pk).end_reason or ""


def test_the_last_of_two_payments_ends_the_sale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert the_last_two_pay(monkeypatch) == "sold_out"


def test_control_without_the_turns_neither_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhaustion, "wait_for_others", lambda offers: None)
    assert the_last_two_pay(monkeypatch) == ""
    assert exhaustion.finish_used_up() == 1
