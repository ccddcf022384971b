"""One coupon and several who want something of it at the same instant; each guard with its control."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core.clock import database_now, frozen
from apps.coupons.models import Coupon, Redemption
from apps.coupons.services import redeeming
from apps.coupons.services.closing import void_coupons
from apps.coupons.services.expiring import expire_due
from apps.orders.models import Order
from apps.orders.services import holding
from apps.orders.tasks import lapse
from tests.concurrency.processes import Meeting, at_once, cancel, order, pay, refund_all
from tests.orders_coupons.purse import budget, give, state, ten_off
from tests.orders_life.audit import broken

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_fair")]
FULL, LESS = 20_000, 19_000


def hold(code: str, customer: str = "c1", **fields: Any) -> Any:
    """Two runners for ¥200, or ¥190 with the coupon."""
    return order(code, 2, customer=customer, **fields)


def without_the_customers_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that only the guarded write stands between two orders of one customer."""
    names = holding.lock_names
    monkeypatch.setattr(holding, "lock_names", lambda order, customer: names(order, None))


def two_carts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    without_the_customers_lock(monkeypatch)
    ten_off()
    give()
    return at_once([lambda: hold("o1"), lambda: hold("o2")], Meeting("priced", 2))


def test_one_coupon_in_two_carts_goes_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(two_carts(monkeypatch)) == [LESS, FULL]
    assert Redemption.objects.count() == 1
    assert broken() == []


def test_the_index_alone_keeps_it_from_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most one active redemption: the net below the guard."""
    monkeypatch.setattr(redeeming, "STILL_UNUSED", "true")
    results = two_carts(monkeypatch)
    assert sorted("redemption_one_active" in str(result) for result in results) == [False, True]
    assert Redemption.objects.count() == 1


def test_control_without_guard_and_index_both_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redeeming, "STILL_UNUSED", "true")
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'redemption_one_active'")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX redemption_one_active")
    try:
        assert two_carts(monkeypatch) == [LESS, LESS]
        assert broken() != []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE coupons_redemption CASCADE")
            cursor.execute(definition)


def meanwhile(monkeypatch: pytest.MonkeyPatch, place: str, act: Callable[[], Any]) -> list[Any]:
    """Have somebody else do something, and commit it, when the order first comes to `place`."""
    told: list[Any] = []

    def come(at: str) -> None:
        if at == place and not told:
            told.append(None)
            other = threading.Thread(target=lambda: told.append(_alone(act)))
            other.start()
            other.join(20)

    monkeypatch.setattr(holding, "crash_point", come)
    return told


def _alone(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def void(code: str) -> int:
    with transaction.atomic():
        found = Coupon.objects.select_for_update(no_key=True).get(code=code)
        return void_coupons([found.pk], actor_id=None, reason="test")


def test_what_is_void_by_then_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a coupon that becomes void after the cart was priced, then the order is priced again without it."""
    ten_off()
    (code,) = give()
    told = meanwhile(monkeypatch, "priced", lambda: void(code))
    assert (hold("o1"), told[1:]) == (FULL, [1])
    assert (state(code)[0], budget()) == ("void", (0, 0, 0))
    assert broken() == []


def test_control_without_the_guard_a_void_coupon_is_reached_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the trigger on the coupon's life keeps it: the order fails as a whole."""
    monkeypatch.setattr(redeeming, "STILL_UNUSED", "true")
    ten_off()
    (code,) = give()
    meanwhile(monkeypatch, "priced", lambda: void(code))
    with pytest.raises(DatabaseError, match="no way from void to held"):
        hold("o1")


def test_what_was_held_first_is_not_void(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a hold, when the coupon is to be void before the order commits, then that waits and finds it held."""
    ten_off()
    (code,) = give()
    voided: list[int] = []
    other = threading.Thread(target=lambda: voided.append(_alone(lambda: void(code))))

    def come(at: str) -> None:
        if at == "coupons":
            other.start()
            time.sleep(0.3)
            assert voided == []

    monkeypatch.setattr(holding, "crash_point", come)
    assert hold("o1") == LESS
    other.join(20)
    assert (voided, state(code)) == ([0], ("held", "o1"))
    assert broken() == []


def test_what_is_expired_by_then_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the sweep ends it after the cart was priced, then the order is priced again without it."""
    ten_off()
    (code,) = give()
    until = Coupon.objects.get().valid_until
    assert until is not None

    def sweep() -> int:
        with frozen(until):
            return expire_due()

    told = meanwhile(monkeypatch, "priced", sweep)
    with frozen(until - timedelta(seconds=1)):
        assert hold("o1") == FULL
    assert (told[1:], state(code)[0], budget()) == ([1], "expired", (1, 0, 0))
    assert broken() == []


def ends_while_it_is_ordered(monkeypatch: pytest.MonkeyPatch) -> Any:
    ten_off()
    give(at=database_now() - timedelta(days=7) + timedelta(seconds=1.5))
    monkeypatch.setattr(holding, "crash_point", lambda at: time.sleep(1.6) if at == "priced" else None)
    return hold("o1")


def test_validity_is_judged_when_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ends_while_it_is_ordered(monkeypatch) == FULL


def test_control_without_the_clock_it_is_held_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redeeming, "IN_TIME", "true")
    assert ends_while_it_is_ordered(monkeypatch) == LESS


def test_paid_or_lapsed_the_coupon_follows() -> None:
    ten_off()
    (code,) = give()
    assert hold("o1") == LESS
    until: datetime = Order.objects.get().held_until

    def in_time() -> str:
        with frozen(until - timedelta(microseconds=1)):
            return pay("o1")

    def too_late() -> int:
        with frozen(until):
            return lapse()

    paid, lapsed = at_once([in_time, too_late])
    found = (paid, lapsed, *state(code), budget())
    assert found in (
        ("paid", 0, "used", "o1", (1, 0, 1_000)),
        ("hold_expired", 1, "unused", "", (1, 1_000, 0)),
    )
    assert broken() == []


def test_returned_while_it_is_wanted() -> None:
    """Given a refund that gives it back and an order that would use it, whoever is first, it is one's."""
    ten_off()
    (code,) = give()
    hold("o1")
    pay("o1")
    refunded, price = at_once([lambda: refund_all("o1", "r1"), lambda: hold("o2", coupons=[code])])
    assert refunded == LESS
    assert (price, state(code)) in ((LESS, ("held", "o2")), (FULL, ("unused", "")))
    assert budget() == (1, 1_000, 0)
    assert broken() == []


def test_cancelled_while_it_is_wanted_again() -> None:
    """Orders, cancellations and refunds of one customer's coupons at once: nobody waits in a ring."""
    for template in ("ten", "five", "one"):
        ten_off(template, params={"metric": "amount", "tiers": [{"at": 0, "benefit": {"amount_off": 100}}]})
        give(template, quantity=3)

    def buyer(number: int) -> Callable[[], list[Any]]:
        return lambda: [_in_and_out(f"o{number}-{turn}", number) for turn in range(8)]

    for prices in at_once([buyer(number) for number in range(4)]):
        assert set(prices) <= {FULL, FULL - 100}, prices
    assert set(Coupon.objects.values_list("state", flat=True)) <= {"unused", "used"}
    assert broken() == []


def _in_and_out(code: str, number: int) -> Any:
    price = hold(code)
    if number % 2:
        cancel(code)
    else:
        pay(code)
        refund_all(code, "r1")
    return price


def test_exactly_what_the_budget_covers_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given three reward coupons in all, when four order at once, then three are promised one each."""
    from tests.storefront import fair

    ten_off(budget={"quantity": 3})
    tiers = [{"at": 10_000, "benefit": {"coupons": [{"template": "ten", "quantity": 1}]}}]
    fair.publish(fair.activity("gives", params={"metric": "amount", "tiers": tiers}))
    jobs = [lambda n=n: hold(f"o{n}", f"c{n}") for n in range(4)]
    assert at_once(jobs, Meeting("priced", 4)) == [FULL] * 4
    promised = [row["coupons"] for order in Order.objects.all() for row in order.rewards]
    assert (promised, budget()[0]) == ([{"ten": 1}] * 3, 3)
    assert broken() == []
