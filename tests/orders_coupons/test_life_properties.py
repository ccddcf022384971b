"""Any life of coupons in orders against a plain model: budgets never over, and in the end nothing kept for nobody."""

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
    rule,
    run_state_machine_as_test,
)

from apps.core.clock import frozen
from apps.core.errors import Refused
from apps.coupons.models import Coupon
from apps.coupons.services.expiring import expire_due
from apps.orders.tasks import lapse
from tests.orders_coupons.purse import budget, give, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.usefixtures("shop_fair"), pytest.mark.slow]

NOON = datetime(2027, 3, 1, 4, tzinfo=UTC)
HOLD, LIFE = 15, 60 * 24
AMOUNT, QUANTITY, WORST, DISCOUNT, PRICE = 12_000, 7, 3_000, 2_000, 20_000
NUMBERS = itertools.count()


@dataclass
class Known:
    """What the model knows of an order of two runners: with a coupon or without."""

    coupon: str | None
    until: int
    state: str = "held"
    left: int = 2


class Life(RuleBasedStateMachine):
    """Coupons of 10 % off at most ¥30, for a day; each order of ¥200 saves ¥20 and may promise another coupon."""

    key = ""

    def __init__(self) -> None:
        super().__init__()
        self.number = next(NUMBERS)
        self.shop = Shop(self.key)
        self.template = f"t{self.number}"
        # What earlier lives left behind must not reach this one.
        self.channel = f"c{self.number}"
        mine = {"channels": [self.channel]}
        self.minute = 0
        self.orders: dict[str, Known] = {}
        tiers = [{"at": 0, "benefit": {"percentage_off": 1_000, "max": WORST}}]
        ten_off(
            self.template,
            params={"metric": "amount", "tiers": tiers},
            budget={"amount": AMOUNT, "quantity": QUANTITY},
            validity={"mode": "relative", "days": 1},
            targeting=mine,
        )
        gives = [{"at": 15_000, "benefit": {"coupons": [{"template": self.template, "quantity": 1}]}}]
        params = {"metric": "amount", "tiers": gives}
        fair.publish(fair.activity(f"g{self.number}", params=params, targeting=mine))

    def now(self) -> Any:
        return frozen(NOON + timedelta(minutes=self.minute))

    def an_order(self, data: Any, *states: str) -> tuple[str, Known] | None:
        codes = sorted(code for code, known in self.orders.items() if known.state in states)
        return (code := data.draw(st.sampled_from(codes)), self.orders[code]) if codes else None

    def states(self) -> dict[str, tuple[str, str]]:
        rows = Coupon.objects.filter(template=self.template)
        return {
            code: (state, order) for code, state, order in rows.values_list("code", "state", "order_code")
        }

    @rule(customer=st.sampled_from(["ann", "bob"]))
    def issue(self, customer: str) -> None:
        issued, reserved, spent = budget(self.template)
        room = issued < QUANTITY and reserved + spent + WORST <= AMOUNT
        at = NOON + timedelta(minutes=self.minute)
        with self.now():
            if room:
                give(self.template, customer, at=at)
            else:
                with pytest.raises(Refused) as refused:
                    give(self.template, customer, at=at)
                assert refused.value.code == "sold_out"

    @rule(customer=st.sampled_from(["ann", "bob"]))
    def hold(self, customer: str) -> None:
        code = f"o{next(NUMBERS)}"
        rows = Coupon.objects.filter(template=self.template, customer_code=customer, state="unused")
        usable = rows.filter(valid_until__gt=NOON + timedelta(minutes=self.minute))
        expected = usable.order_by("valid_until", "code").values_list("code", flat=True).first()
        with self.now():
            answer = self.shop.held(code, 2, customer=customer, channel=self.channel)
        used = [one["coupon"] for one in answer["offers"] if one["coupon"]]
        assert used == ([expected] if expected else [])
        assert answer["payable_total"] == PRICE - (DISCOUNT if expected else 0)
        self.orders[code] = Known(expected, self.minute + HOLD)

    @rule(data=st.data(), how=st.sampled_from(["pay", "cancel"]))
    def settle(self, data: Any, how: str) -> None:
        if not (found := self.an_order(data, "held")):
            return
        code, known = found
        in_time = self.minute < known.until
        with self.now():
            answer = self.shop.pay(code) if how == "pay" else self.shop.cancel(code)
        assert (answer.status_code == 200) == in_time, answer.content
        if in_time:
            known.state = "paid" if how == "pay" else "cancelled"
            if known.coupon:
                state, order = self.states()[known.coupon]
                assert (state, order) == ("used", code) if how == "pay" else state in ("unused", "expired")

    @rule(data=st.data(), units=st.integers(1, 2), fault=st.sampled_from(["customer", "merchant"]))
    def refund(self, data: Any, units: int, fault: str) -> None:
        if not (found := self.an_order(data, "paid")):
            return
        code, known = found
        units = min(units, known.left)
        lines = [{"line": "1", "quantity": units}]
        with self.now():
            answer = self.shop.refund(code, f"r{next(NUMBERS)}", lines=lines, fault=fault)
        assert answer.status_code == 201, answer.content
        known.left -= units
        told = answer.json()["coupons"]
        assert [one["coupon"] for one in told] == ([known.coupon] if known.coupon and not known.left else [])
        for one in told:
            assert self.states()[one["coupon"]][0] == one["state"]
        known.state = "paid" if known.left else "refunded"

    @rule(minutes=st.sampled_from([1, 16, LIFE // 2]))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule()
    def sweep(self) -> None:
        with self.now():
            lapse()
            expire_due()
        for known in self.orders.values():
            if known.state == "held" and self.minute >= known.until:
                known.state = "expired"

    @invariant()
    def nothing_is_overspent(self) -> None:
        issued, reserved, spent = budget(self.template)
        assert issued <= QUANTITY
        assert reserved + spent <= AMOUNT
        assert broken() == []

    def teardown(self) -> None:
        """Once everything is let go and refunded, money is kept for unused coupons only, and spent on used ones."""
        with self.now():
            for code, known in self.orders.items():
                if known.state == "held" and self.minute < known.until:
                    self.shop.cancel(code)
                elif known.state == "paid":
                    self.shop.refund(code, "all", all=True)
            lapse()
        states = [state for state, _order in self.states().values()]
        assert "held" not in states
        _issued, reserved, spent = budget(self.template)
        assert (reserved, spent) == (WORST * states.count("unused"), DISCOUNT * states.count("used"))
        assert broken() == []


def test_any_life_of_coupons_in_orders(key: str) -> None:
    Life.key = key
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
