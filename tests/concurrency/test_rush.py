"""Many buyers for few units: exactly what there is is sold, by processes that know nothing of each other."""

import os
from collections.abc import Callable

import pytest
from django.db.models import Sum

from apps.activities.models import Activity
from apps.orders.models import Counter, Order
from tests.concurrency.processes import at_once, order, pay
from tests.orders_life.audit import broken
from tests.storefront import fair

pytestmark = [pytest.mark.concurrency, pytest.mark.slow, pytest.mark.usefixtures("open_fair")]

UNITS = int(os.environ.get("RUSH_UNITS", "1000"))
ATTEMPTS = int(os.environ.get("RUSH_ATTEMPTS", "10000"))
BUYERS = 4


def buyer(number: int, attempts: int) -> Callable[[], int]:
    """Tries to buy at the flash price that often, and pays what it got; the number of orders paid."""

    def buy() -> int:
        paid = 0
        for attempt in range(attempts):
            code = f"o{number}-{attempt}"
            if order(code, expected_payable=6_000) == 6_000:
                assert pay(code) == "paid"
                paid += 1
        return paid

    return buy


def test_exactly_what_there_is_is_sold() -> None:
    """Given 1,000 units, when 10,000 attempts are made for them, then 1,000 are paid and it is over."""
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": UNITS}))
    paid = at_once([buyer(number, ATTEMPTS // BUYERS) for number in range(BUYERS)])
    assert sum(paid) == UNITS, paid
    assert Order.objects.filter(state="paid", payable_amount=6_000).count() == UNITS
    assert Counter.objects.aggregate(held=Sum("held"), used=Sum("used")) == {"held": 0, "used": UNITS}
    assert Activity.objects.get(pk=activity.pk).end_reason == "sold_out"
    assert broken() == []
