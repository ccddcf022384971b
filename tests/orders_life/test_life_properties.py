"""Any life of an order against a plain model: holds, payments, cancels, refunds of units, shipping and adjustments,
retries, time; limits, stock and budget as the model counts them, and all proofs after each step."""

import copy
import itertools
from collections import Counter as Tally
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F, Sum
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
from apps.orders.models import Counter, LedgerEntry, Order
from apps.orders.tasks import lapse
from tests.oracle.refund import OverRefundError, PaidLine, Returned
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.usefixtures("shop_fair"), pytest.mark.slow]

LIST, FLASH, HOLD, FEE = 10_000, 6_000, 15, 800
STOCK, LIMIT, BUDGET = 7, 3, 25_000  # the budget pays for six of the seven, and 1,000 more that never end it
AT, OFF, OFTEN, EVER = 10_000, 1_001, 2, 5  # the threshold offer: twice a customer, five times in all
BEARERS = [{"party": "platform", "bps": 3_333}, {"party": "shop", "bps": 6_667}]
NOON = datetime(2027, 3, 1, 4, tzinfo=UTC)
NUMBERS = itertools.count()


@dataclass
class Known:
    """What the model knows of an order: its units one by one in `line`; the first `flash` had the flash price."""

    customer: str
    line: PaidLine
    flash: int
    reduced: bool
    shipping: int
    until: int
    state: str = "held"

    @property
    def counts(self) -> bool:
        return self.state in ("held", "paid")

    @property
    def flash_taken(self) -> int:
        """Units at the flash price that are not back: the activity takes them back."""
        if not self.counts or not self.flash:
            return 0
        return sum(not unit.returned for unit in self.line.segments[0])

    @property
    def reduction_had(self) -> bool:
        """Whether it counts to the limits of the threshold offer: until its last unit is back."""
        return self.counts and self.reduced and bool(self.line.open_units)


class Life(RuleBasedStateMachine):
    """A stock that counts by the day, so that selling it out ends nothing; refunded units go back to it."""

    key = ""

    def __init__(self) -> None:
        super().__init__()
        number = next(NUMBERS)
        self.shop = Shop(self.key)
        self.sku, self.flash, self.full = f"S{number}", f"f{number}", f"t{number}"
        self.minute = 0
        self.orders: dict[str, Known] = {}
        Sku.objects.create(code=self.sku, price_amount=LIST, shop_id="S1")
        scope = {"mode": "include", "skus": [self.sku]}
        numbers = {
            "stock": {"total": STOCK, "per": "day"},
            "limits": {"per_customer_units": LIMIT},
            "budget": {"amount": BUDGET},
        }
        fair.publish(fair.flash(self.flash, FLASH, scope=scope, restock=True, **numbers))
        params = {"metric": "amount", "tiers": [{"at": AT, "benefit": {"amount_off": OFF}}]}
        limits = {"per_customer_orders": OFTEN, "total_orders": EVER}
        terms = {"scope": scope, "restock": True, "limits": limits, "bearers": BEARERS}
        fair.publish(fair.activity(self.full, params=params, **terms))

    def now(self) -> Any:
        return frozen(NOON + timedelta(minutes=self.minute))

    def flash_taken(self, customer: str | None = None) -> int:
        known = self.orders.values()
        return sum(one.flash_taken for one in known if customer in (None, one.customer))

    def flash_for(self, units: int, customer: str) -> int:
        """How many of them have the flash price, by stock, limit and budget."""
        taken = self.flash_taken()
        affordable = (BUDGET - taken * (LIST - FLASH)) // (LIST - FLASH)
        return max(min(units, STOCK - taken, LIMIT - self.flash_taken(customer), affordable), 0)

    def may_reduce(self, customer: str) -> bool:
        had = [one.customer for one in self.orders.values() if one.reduction_had]
        return had.count(customer) < OFTEN and len(had) < EVER

    def any_order(self, data: Any) -> tuple[str, Known]:
        code = data.draw(st.sampled_from(sorted(self.orders)))
        return code, self.orders[code]

    def catch_up(self) -> None:
        """Whoever lacks something has those holds released whose time is over: the model follows."""
        late = [code for code, one in self.orders.items() if one.state == "held" and not self.in_time(one)]
        for code in Order.objects.filter(code__in=late, state="expired").values_list("code", flat=True):
            self.orders[code].state = "expired"

    def in_time(self, known: Known) -> bool:
        return known.state == "held" and self.minute < known.until

    @rule(
        units=st.integers(1, 4), customer=st.sampled_from(["ann", "bob", "cy"]), fee=st.sampled_from([0, FEE])
    )
    def hold(self, units: int, customer: str, fee: int) -> None:
        code = f"o{next(NUMBERS)}"
        with self.now():
            answer = self.shop.held(code, units, sku=self.sku, customer=customer, shipping_fee=fee)
        self.catch_up()
        flash = self.flash_for(units, customer)
        net = flash * FLASH + (units - flash) * LIST
        reduced = net >= AT and self.may_reduce(customer)
        assert answer["payable_total"] == net - OFF * reduced + fee
        segments = [segment["units"] for segment in answer["lines"][0]["segments"]]
        assert segments == [units for units in (flash, units - flash) if units]
        line = PaidLine.of(answer, "1")
        self.orders[code] = Known(customer, line, flash, reduced, fee, self.minute + HOLD)

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

    @precondition(lambda self: any(one.state == "paid" for one in self.orders.values()))
    @rule(
        data=st.data(),
        units=st.integers(0, 3),
        segment=st.sampled_from([None, None, 0, 1]),
        adjust=st.sampled_from([0, 0, 1, 777, 9_999]),
        shipping=st.sampled_from([0, 0, 300, FEE]),
    )
    def refund(self, data: Any, units: int, segment: int | None, adjust: int, shipping: int) -> None:
        """Units from the last segment on, unless one is named; money without units; shipping: all of it or nothing."""
        code, known = self.any_order(data)
        asked: dict[str, Any] = {}
        if units:
            named = {} if segment is None else {"segment": segment}
            asked["lines"] = [{"line": "1", "quantity": units, **named}]
        if adjust:
            asked["adjust"] = [{"line": "1", "amount": adjust}]
        asked["shipping"] = shipping
        if not (units or adjust or shipping):
            return
        line = copy.deepcopy(known.line)
        try:
            back = line.give_back(units, segment) if units else []
            line.adjust(adjust)
            fits = known.state == "paid" and shipping <= known.shipping
        except (OverRefundError, IndexError):
            fits, back = False, []
        answer = self.send(code, asked)
        assert (answer.status_code == 201) == fits, answer.content
        if fits:
            known.line, known.shipping = line, known.shipping - shipping
            self.check(answer.json(), back, adjust + shipping)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def refund_all(self, data: Any) -> None:
        """Full after partial: the rest, whatever came before."""
        code, known = self.any_order(data)
        anything = known.state == "paid" and bool(known.line.open_units or known.shipping)
        answer = self.send(code, {"all": True})
        assert (answer.status_code == 201) == anything, answer.content
        if anything:
            left = len(known.line.open_units)
            back = known.line.give_back(left) if left else []
            self.check(answer.json(), back, known.shipping)
            known.shipping = 0
            self.check_bearers(code)

    def send(self, code: str, asked: dict[str, Any]) -> Any:
        """The same twice: the second changes nothing and hears the same."""
        body = {"refund": f"r{next(NUMBERS)}", "fault": "customer", **asked}
        with self.now():
            answer = self.shop.post(f"orders/{code}/refunds", body, idempotency=body["refund"])
            again = self.shop.post(f"orders/{code}/refunds", body, idempotency=body["refund"])
        assert again.content == answer.content
        return answer

    def check(self, told: dict[str, Any], back: list[Returned], more: int) -> None:
        """Amounts and shares to the cent, and in the ledger each share by those who bear it."""
        assert told["refund_total"] == sum(one.amount for one in back) + more
        found = [
            (row["segment"], row["units"], row["amount"], {s["offer"]: s["amount"] for s in row["shares"]})
            for row in told["lines"]
        ]
        assert found == [(one.segment, one.units, one.amount, one.shares) for one in back]
        reversed_ = Tally[str]()
        for one in back:
            reversed_.update(one.shares)
        rows = LedgerEntry.objects.filter(refund__code=told["refund"], what="share")
        sums = rows.order_by().values_list("offer").annotate(Sum("amount"))
        assert +Tally(dict(sums)) == +reversed_

    def check_bearers(self, code: str) -> None:
        """Everybody has back exactly what they bore."""
        shares = LedgerEntry.objects.filter(order__code=code, what="share").order_by()
        by_event = {
            event: set(
                shares.filter(event=event)
                .values_list("offer", "bearer")
                .annotate(total=Sum("amount"))
                .filter(total__gt=0)
            )
            for event in ("hold", "redeem", "refund")
        }
        assert by_event["hold"] == by_event["redeem"] == by_event["refund"]

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
    def counters_are_those_of_the_model(self) -> None:
        rows = Counter.objects.filter(offer__in=[self.flash, self.full]).order_by()
        taken = dict(rows.values_list("measure").annotate(taken=Sum(F("held") + F("used"))))
        units = self.flash_taken()
        model = {"units": units, "budget": units * (LIST - FLASH)}
        model["orders"] = sum(one.reduction_had for one in self.orders.values())
        assert {measure: number for measure, number in taken.items() if number} == {
            measure: number for measure, number in model.items() if number
        }

    @invariant()
    def all_proofs_hold(self) -> None:
        assert broken() == []


def test_any_life_of_orders(key: str) -> None:
    Life.key = key
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
