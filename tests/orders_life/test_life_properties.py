"""Any life of an order against a plain model: holds, payments, cancels, refunds, retries, time; proofs after each."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.catalog.models import Sku
from apps.core.clock import frozen
from apps.orders.tasks import lapse
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.usefixtures("shop_fair"), pytest.mark.slow]

STOCK, LIMIT, LIST, FLASH, HOLD = 7, 3, 10_000, 6_000, 15
NOON = datetime(2027, 3, 1, 4, tzinfo=UTC)
NUMBERS = itertools.count()


@dataclass
class Known:
    """What the model knows of an order: units still there at the flash price and at the list price."""

    customer: str
    flash: int
    full: int
    until: int
    state: str = "held"


class Life(RuleBasedStateMachine):
    """A stock that counts by the day, so that selling it out ends nothing; refunded units go back to it."""

    key = ""

    def __init__(self) -> None:
        super().__init__()
        number = next(NUMBERS)
        self.shop = Shop(self.key)
        self.sku = f"S{number}"
        self.minute = 0
        self.orders: dict[str, Known] = {}
        Sku.objects.create(code=self.sku, price_amount=LIST)
        numbers = {"stock": {"total": STOCK, "per": "day"}, "limits": {"per_customer_units": LIMIT}}
        scope = {"mode": "include", "skus": [self.sku]}
        fair.publish(fair.flash(f"f{number}", FLASH, scope=scope, restock=True, **numbers))

    def now(self) -> Any:
        return frozen(NOON + timedelta(minutes=self.minute))

    def taken(self, customer: str | None = None) -> int:
        return sum(
            known.flash
            for known in self.orders.values()
            if known.state in ("held", "paid") and customer in (None, known.customer)
        )

    def any_order(self, data: Any) -> tuple[str, Known]:
        code = data.draw(st.sampled_from(sorted(self.orders)))
        return code, self.orders[code]

    def in_time(self, known: Known) -> bool:
        return known.state == "held" and self.minute < known.until

    @rule(units=st.integers(1, 4), customer=st.sampled_from(["ann", "bob", "cy"]))
    def hold(self, units: int, customer: str) -> None:
        code = f"o{next(NUMBERS)}"
        flash = max(min(units, STOCK - self.taken(), LIMIT - self.taken(customer)), 0)
        with self.now():
            answer = self.shop.held(code, units, sku=self.sku, customer=customer)
        assert answer["payable_total"] == flash * FLASH + (units - flash) * LIST
        self.orders[code] = Known(customer, flash, units - flash, self.minute + HOLD)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def pay(self, data: Any) -> None:
        code, known = self.any_order(data)
        with self.now():
            answer = self.shop.pay(code)
        assert (answer.status_code == 200) == self.in_time(known), answer.content
        known.state = "paid" if self.in_time(known) else known.state

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        code, known = self.any_order(data)
        with self.now():
            answer = self.shop.cancel(code)
        assert (answer.status_code == 200) == self.in_time(known), answer.content
        known.state = "cancelled" if self.in_time(known) else known.state

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), units=st.integers(1, 3))
    def refund(self, data: Any, units: int) -> None:
        """The units at list price are the last segment, so they go back first."""
        code, known = self.any_order(data)
        body = {
            "refund": f"r{next(NUMBERS)}",
            "fault": "customer",
            "lines": [{"line": "1", "quantity": units}],
        }
        with self.now():
            answer = self.shop.post(f"orders/{code}/refunds", body, idempotency=body["refund"])
            again = self.shop.post(f"orders/{code}/refunds", body, idempotency=body["refund"])
        assert again.content == answer.content
        left = known.flash + known.full if known.state == "paid" else 0
        assert (answer.status_code == 201) == (units <= left), answer.content
        if units <= left:
            full = min(units, known.full)
            assert answer.json()["refund_total"] == full * LIST + (units - full) * FLASH
            known.full -= full
            known.flash -= units - full

    @rule(minutes=st.sampled_from([1, 7, 16]))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule()
    def sweep(self) -> None:
        with self.now():
            lapse()
        for known in self.orders.values():
            if known.state == "held" and self.minute >= known.until:
                known.state = "expired"

    @invariant()
    def all_proofs_hold(self) -> None:
        assert broken() == []


def test_any_life_of_orders(key: str) -> None:
    Life.key = key
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
