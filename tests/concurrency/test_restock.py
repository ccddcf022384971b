"""A unit that comes back while the last one is paid: it is on sale again, or it never came back."""

import time
from typing import Any

import pytest
from django.db.models import QuerySet, Sum

from apps.activities.models import Activity
from apps.orders.models import Counter
from apps.orders.services import refunding
from tests.concurrency.processes import Meeting, at_once, order, pay, refund_all
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]


def last_payment_against_refund(monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """One has read that the sale is live and gives a unit back; the other pays for the last one meanwhile."""
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}, restock=True))
    for code in ("o1", "o2"):
        assert order(code) == 6_000
    pay("o1")
    meeting = Meeting("looked", 2)
    look = refunding.restocking

    def look_and_wait(*arguments: Any) -> Any:
        found = look(*arguments)
        meeting.come("looked")
        time.sleep(1)  # in which the other has paid
        return found

    def pay_when_looked() -> str:
        meeting.come("looked")
        return pay("o2")

    monkeypatch.setattr(refunding, "restocking", look_and_wait)
    assert at_once([lambda: refund_all("o1", "r1"), pay_when_looked]) == [6_000, "paid"]
    status = Activity.objects.get(code="f").status
    return status, Counter.objects.aggregate(n=Sum("used"))["n"]


def test_what_comes_back_is_on_sale_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert last_payment_against_refund(monkeypatch) == ("live", 1)
    assert order("o3") == 6_000
    assert broken() == []


def test_control_without_the_lock_it_comes_back_to_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = QuerySet.select_for_update

    def not_on_activities(self: Any, *how: Any, **more: Any) -> Any:
        return self.all() if self.model is Activity and more.get("no_key") else locked(self, *how, **more)

    monkeypatch.setattr(QuerySet, "select_for_update", not_on_activities)
    assert last_payment_against_refund(monkeypatch) == ("ended", 1)
    assert order("o3") == 10_000
