"""A process killed at every step of an order: nothing half done is left, and the same request again ends the same."""

import os
import signal
from collections.abc import Callable

import pytest
from django.db import connections
from django.db.models import Sum

from apps.core import crash, idempotency
from apps.core.models import IdempotencyRecord
from apps.orders import services
from apps.orders.models import Counter, CustomerUse, LedgerEntry, Order
from tests.concurrency.processes import FORK, cancel, order, pay, refund_all
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]

HOLDING = ("priced", "limits", "planned", "taken")
PAYING = ("pay_locked", "sold", "paid")


def killed_at(place: str, job: Callable[[], object]) -> None:
    """Run the job in a process that dies at `place`."""
    connections.close_all()

    def die() -> None:
        os.environ[crash.VARIABLE] = place
        job()
        os._exit(0)

    process = FORK.Process(target=die)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def once(key: str, job: Callable[[], object]) -> idempotency.Reply:
    """The job as a request with a key."""
    request = idempotency.Request(1, key, "POST", f"/{key}", b"{}")
    return idempotency.once(request, lambda: idempotency.Reply(200, str(job()).encode()), lambda error: None)


def hold() -> idempotency.Reply:
    return once("hold", lambda: order("o1", 2, customer="c1"))


def settle() -> idempotency.Reply:
    return once("pay", lambda: services.pay_order(code="o1", shop=None)["state"])


def picture() -> tuple[int, int, int, int]:
    taken = Counter.objects.aggregate(n=Sum("held") + Sum("used"))["n"] or 0
    had = CustomerUse.objects.aggregate(n=Sum("units"))["n"] or 0
    return Order.objects.count(), taken, had, LedgerEntry.objects.count()


@pytest.fixture(autouse=True)
def sale(open_fair: None) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}, limits={"per_customer_units": 3}))


@pytest.mark.parametrize("place", HOLDING)
def test_killed_while_holding(place: str) -> None:
    killed_at(place, hold)
    assert picture() == (0, 0, 0, 0)
    assert IdempotencyRecord.objects.count() == 0
    first, again = hold(), hold()
    assert (first.body, again.body, again.replayed) == (b"12000", b"12000", True)
    assert picture() == (1, 2, 2, 1)
    assert broken() == []


@pytest.mark.parametrize("place", PAYING)
def test_killed_while_paying(place: str) -> None:
    hold()
    killed_at(place, settle)
    assert Order.objects.get().state == "held"
    assert (settle().body, settle().replayed) == (b"paid", True)
    assert broken() == []


@pytest.mark.parametrize("place", ["restocked", "refunded"])
def test_killed_while_refunding(place: str) -> None:
    order("o1", 2, customer="c1")
    pay("o1")
    killed_at(place, lambda: refund_all("o1", "r1"))
    assert Order.objects.get().state == "paid"
    assert refund_all("o1", "r1") == 12_000
    assert broken() == []


def test_killed_while_cancelling() -> None:
    order("o1", 2, customer="c1")
    killed_at("freed", lambda: cancel("o1"))
    assert Order.objects.get().state == "held"
    assert cancel("o1") == "cancelled"
    assert broken() == []


def test_killed_after_the_commit_before_the_answer() -> None:
    """Given an answer that was lost, when the request comes again, then it gets that answer."""

    def die_late() -> None:
        hold()
        os.kill(os.getpid(), signal.SIGKILL)

    killed_at("nowhere", die_late)
    assert picture() == (1, 2, 2, 1)
    assert hold().replayed
    assert picture() == (1, 2, 2, 1)
