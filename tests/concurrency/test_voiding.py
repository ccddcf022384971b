"""Paying against a revocation that cancels unpaid orders: one of the two happens, and everything is given back once."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from apps.activities import services as activities
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.core.clock import database_now
from apps.orders.models import Counter, Order
from apps.orders.services import settling, voiding
from tests.activities.cast import person
from tests.concurrency.processes import Meeting, at_once, cancel, order, pay
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]


@pytest.fixture
def asked(open_fair: None) -> ApprovalRequest:
    sale = fair.publish(fair.flash("f", 6_000, stock={"total": 20}))
    order("o0")
    cancel("o0")
    return activities.request_revocation(thing=sale, actor=person("ann", "operator"), reason="wrong price")


def revoke(request: ApprovalRequest, approver: Any) -> int:
    approvals.approve(
        request=request, actor=approver, seen_hash=request.content_hash, chosen=["cancel_unpaid"]
    )
    return voiding.void_all()


def taken() -> tuple[int, int]:
    counted = Counter.objects.aggregate(held=Sum("held"), used=Sum("used"))
    return counted["held"], counted["used"]


def test_pay_against_the_revocation(asked: ApprovalRequest) -> None:
    """Given a payment under way, when the revocation comes, then the order is paid and nothing of it given back."""
    order("o1")
    cleo = person("cleo", "approver")
    paid, voided = at_once([lambda: pay("o1"), lambda: revoke(asked, cleo)], Meeting("pay_locked", 2))
    voided += voiding.void_all()
    assert (paid, voided, taken()) in (("paid", 0, (0, 1)), ("wrong_state", 1, (0, 0)))
    assert broken() == []


def test_many_pay_while_many_sweeps_void(asked: ApprovalRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        order(f"o{number + 1}")
    monkeypatch.setattr(voiding, "BATCH", 3)
    cleo = person("cleo", "approver")
    jobs: list[Any] = [lambda: revoke(asked, cleo), voiding.void_all, voiding.void_all]
    payers = [lambda half=half: [_pay(f"o{n + 1}") for n in range(half, 12, 2)] for half in range(2)]
    results = at_once(jobs + payers)
    voided = sum(results[:3]) + voiding.void_all()
    paid = [state for half in results[3:] for state in half].count("paid")
    assert paid + voided == 12
    assert taken() == (0, paid)
    assert Order.objects.filter(state="paid").count() == paid
    assert Order.objects.filter(close_reason="voided").count() == voided
    assert broken() == []


def test_control_judged_by_the_sweep_alone_a_void_order_is_paid(
    asked: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given no judgement at the payment, when it comes between approval and sweep, then a void order is paid."""

    def only_the_clock(_order: Order, _judged: Any) -> datetime:
        return database_now()

    order("o1")
    approvals.approve(
        request=asked,
        actor=person("cleo", "approver"),
        seen_hash=asked.content_hash,
        chosen=["cancel_unpaid"],
    )
    assert _pay("o1") == "wrong_state"
    monkeypatch.setattr(settling, "still_good", only_the_clock)
    assert _pay("o1") == "paid"


def test_control_without_the_row_locks_one_of_them_breaks_off(
    asked: ApprovalRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given no lock on the order, when both take it, then one of them gets no answer and changes nothing."""
    order("o1")
    approvals.approve(
        request=asked,
        actor=person("cleo", "approver"),
        seen_hash=asked.content_hash,
        chosen=["cancel_unpaid"],
    )
    monkeypatch.setattr(settling, "still_good", lambda _order, _judged: database_now())
    monkeypatch.setattr(voiding, "HELD", voiding.HELD.replace("FOR UPDATE OF o SKIP LOCKED", ""))
    meeting = Meeting("pay_locked", 2)
    results = at_once([lambda: pay("o1"), lambda: _void_slowly(meeting)], meeting)
    assert [result in ("paid", 1) for result in results].count(True) == 1, results
    assert broken() == []


def _void_slowly(meeting: Meeting) -> int:
    """Read what is held, wait for the payer, then give it back."""
    held = voiding._held

    def read_and_wait(*arguments: Any) -> Any:
        found = held(*arguments)
        if found:
            meeting.come("pay_locked")
        return found

    voiding._held = read_and_wait
    return voiding.void_batch()


def _pay(code: str) -> str:
    try:
        with transaction.atomic():
            return pay(code)
    except Exception as refused:
        return getattr(refused, "code", repr(refused))
