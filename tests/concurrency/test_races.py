"""Two at the same instant: what the guards keep, and that without them it breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from apps.orders import guards
from apps.orders.models import Counter, CustomerUse, Refund
from apps.orders.services import holding, settling
from tests.concurrency.processes import Meeting, at_once, cancel, order, pay, refund_all
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]


def taken() -> int:
    return Counter.objects.aggregate(n=Sum("held") + Sum("used"))["n"]


def make_counters() -> None:
    """The first order of an offer makes its counters, the second waits for it: not the race meant here."""
    order("o0")
    cancel("o0")


def two_for_the_last_unit() -> list[Any]:
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    make_counters()
    meeting = Meeting("planned", 2)
    return sorted(at_once([lambda: order("o1"), lambda: order("o2")], meeting), key=str)


def test_the_last_unit_is_sold_once() -> None:
    """Given two who both saw one unit left, when both order, then one gets the flash price."""
    assert two_for_the_last_unit() == [10_000, 6_000]
    assert taken() == 1
    assert broken() == []


def test_control_without_the_guard_it_is_sold_twice(
    monkeypatch: pytest.MonkeyPatch, without_check: Callable[[str, str], None]
) -> None:
    monkeypatch.setattr(guards, "ROOM", "true")
    without_check("orders_counter", "counter_within_total")
    assert two_for_the_last_unit() == [6_000, 6_000]
    assert any(fault.startswith("orders.counters") for fault in broken())


def test_the_check_alone_keeps_the_last_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's CHECK is the net below the guard: without the guard one of the two fails."""
    monkeypatch.setattr(guards, "ROOM", "true")
    results = two_for_the_last_unit()
    assert taken() == 1
    assert any("counter_within_total" in str(result) for result in results)


def two_orders_of_one_customer(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Without the lock on the customer, so that only the guarded write stands between them."""
    monkeypatch.setattr(holding, "lock_names", lambda order, customer: None)
    fair.publish(fair.flash("f", 6_000, limits={"per_customer_units": 1}))
    assert order("o0", customer="c1") == 6_000
    cancel("o0")
    meeting = Meeting("priced", 2)
    jobs = [lambda: order("o1", customer="c1"), lambda: order("o2", customer="c1")]
    return sorted(at_once(jobs, meeting))


def test_a_customers_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_orders_of_one_customer(monkeypatch) == [6_000, 10_000]
    assert CustomerUse.objects.get().units == 1


def test_control_without_the_guard_the_limit_breaks(
    monkeypatch: pytest.MonkeyPatch, without_check: Callable[[str, str], None]
) -> None:
    monkeypatch.setattr(guards, "WITHIN_UNITS", "true")
    without_check("orders_customeruse", "customer_use_within_limits")
    assert two_orders_of_one_customer(monkeypatch) == [6_000, 6_000]
    assert CustomerUse.objects.get().units == 2


def six_for_half_the_budget() -> list[Any]:
    """Each takes 1,000 of 3,500; all six have seen that there is enough."""
    fair.publish(fair.activity("full", budget={"amount": 3_500}))
    make_counters()
    jobs = [lambda number=number: order(f"o{number}") for number in range(1, 7)]
    return sorted(at_once(jobs, Meeting("planned", 6)))


def test_a_budget_is_never_overspent() -> None:
    """Given budget for three, when six order at once, then exactly three have the discount."""
    assert six_for_half_the_budget() == [9_000] * 3 + [10_000] * 3
    assert taken() == 3_000
    assert broken() == []


def test_control_without_the_guard_the_budget_is_overspent(
    monkeypatch: pytest.MonkeyPatch, without_check: Callable[[str, str], None]
) -> None:
    monkeypatch.setattr(guards, "ROOM", "true")
    without_check("orders_counter", "counter_within_total")
    assert six_for_half_the_budget() == [9_000] * 6
    assert taken() == 6_000
    assert any(fault.startswith("orders.counters") for fault in broken())


def test_newcomers_have_one_first_order() -> None:
    fair.publish(fair.flash("f", 6_000, targeting={"new_customers_only": True}))
    jobs = [lambda: order("o1", customer="c1"), lambda: order("o2", customer="c1")]
    assert sorted(at_once(jobs, Meeting("planned", 2))) == [6_000, 10_000]


def test_control_without_the_lock_a_newcomer_is_new_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "lock_names", lambda order, customer: None)
    fair.publish(fair.flash("f", 6_000, targeting={"new_customers_only": True}))
    jobs = [lambda: order("o1", customer="c1"), lambda: order("o2", customer="c1")]
    assert sorted(at_once(jobs, Meeting("planned", 2))) == [6_000, 6_000]


def two_refunds(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    order("o1")
    pay("o1")
    jobs = [lambda: refund_all("o1", "r1"), lambda: refund_all("o1", "r2")]
    return sorted(at_once(jobs, Meeting("refunded", 2)), key=str)


def test_an_order_is_refunded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_refunds(monkeypatch) == [10_000, "over_refund"]
    assert Refund.objects.aggregate(n=Sum("total_amount"))["n"] == 10_000
    assert broken() == []


def test_control_without_the_row_lock_it_is_refunded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "ROW_LOCK", "")
    assert two_refunds(monkeypatch) == [10_000, 10_000]
    assert any(fault.startswith("orders.refunds") for fault in broken())


def test_paying_twice_sells_once() -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    order("o1")
    assert sorted(at_once([lambda: pay("o1"), lambda: pay("o1")])) == ["paid", "wrong_state"]
    assert broken() == []


def test_control_without_the_row_lock_the_move_itself_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no lock on the order, when two pay, then the second finds nothing held to move, and fails as a whole."""
    monkeypatch.setattr(settling, "ROW_LOCK", "")
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    order("o1")
    results = at_once([lambda: pay("o1"), lambda: pay("o1")], Meeting("pay_locked", 2))
    assert sorted("counters hold something" in str(result) for result in results) == [False, True]
    assert broken() == []


def test_carts_in_opposite_order_never_block_each_other() -> None:
    """Given carts that name the same goods the other way round, when many order at once, then none fails."""
    for code, sku in (("fa", "A"), ("fb", "B"), ("fz", "Z")):
        scope = {"mode": "include", "skus": [sku]}
        fair.publish(fair.flash(code, 1_500, scope=scope, stock={"total": 5_000}, budget={"amount": 10**9}))
    skus = ["A", "B", "Z"]

    def buyer(number: int) -> Callable[[], list[Any]]:
        mine = skus if number % 2 else skus[::-1]
        return lambda: [_basket(f"o{number}-{turn}", mine) for turn in range(15)]

    for prices in at_once([buyer(number) for number in range(4)]):
        assert prices == [4_500] * 15
    assert broken() == []


def _basket(code: str, skus: list[str]) -> Any:
    lines = [{"line": sku, "sku": sku, "quantity": 1} for sku in skus]
    price = order(code, lines=lines)
    pay(code)
    return price
