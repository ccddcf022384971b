"""Any life of coupons whatever they come from, over the API, against a plain model, with the clock moving.

One template with a tight budget; a claim campaign of two slots, a batch of codes for one use each, a code for all, and
grants draw on it; orders take coupons, are paid, cancelled, left, refunded; people stop issuing, have it resumed, void.
"""

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.approvals import services as approvals
from apps.core.clock import frozen
from apps.coupons import services, tasks
from apps.coupons.campaigns import Terms
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.coupons.services.voiding import request_void
from apps.orders.models import Order
from apps.orders.tasks import lapse
from apps.storefront.services.keys import add_client, issue_key
from tests.coupons.code_cast import opened, taken
from tests.coupons.conftest import ann, cleo
from tests.coupons.test_configuration import publish
from tests.orders_coupons.purse import budget
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop, shop_fair

__all__ = ["ann", "cleo", "shop_fair"]
pytestmark = [pytest.mark.usefixtures("shop_fair"), pytest.mark.slow]

NOON = datetime(2027, 3, 1, 4, tzinfo=UTC)  # in Shanghai
DAY, HOLD, LIFE, GRACE = 1_440, 15, 1_440, 1_440
CAMPAIGN_ENDS, SECOND_SLOT = 3 * DAY, DAY
AMOUNT, QUANTITY, WORST, DISCOUNT, PRICE = 26_000, 11, 3_000, 2_000, 20_000
SLOT, PER_CUSTOMER, PER_DAY, SHARED = 3, 3, 2, 2
CUSTOMERS = st.sampled_from(["ann", "bob"])  # with the number of their life
NUMBERS = itertools.count()


@dataclass
class Kept:
    """What the model knows of a coupon; `state` is that of its row, which jobs bring into line later."""

    customer: str
    until: int
    state: str = "unused"


@dataclass
class Placed:
    coupon: str | None
    until: int
    state: str = "held"
    left: int = 2


class Life(RuleBasedStateMachine):
    """Coupons of 10 % off at most ¥30, for a day; each order of ¥200 saves ¥20."""

    key = ""
    people: tuple[Any, Any] = (None, None)

    def __init__(self) -> None:
        super().__init__()
        self.number = next(NUMBERS)
        self.shop = Shop(self.key)
        self.minute = 0
        self.coupons: dict[str, Kept] = {}
        self.orders: dict[str, Placed] = {}
        self.claims: Counter[Any] = Counter()
        self.shared: Counter[str] = Counter()
        self.claimed_codes: set[str] = set()
        self.stopped = self.void = False
        with self.now():
            self.set_up()

    def set_up(self) -> None:
        by, approver = self.people
        tiers = [{"at": 0, "benefit": {"percentage_off": 1_000, "max": WORST}}]
        self.template = publish(
            CouponTemplate,
            {
                "code": f"t{self.number}",
                "name": "九折券",
                "kind": "threshold",
                "params": {"metric": "amount", "tiers": tiers},
                "validity": {"mode": "relative", "days": 1},
                "budget": {"amount": AMOUNT, "quantity": QUANTITY},
                "return_grace_hours": GRACE // 60,
            },
            by,
            approver,
        )
        slots = [
            {"at": (NOON + timedelta(minutes=at)).isoformat(), "quantity": SLOT} for at in (0, SECOND_SLOT)
        ]
        publish(
            ClaimCampaign,
            {
                "code": f"c{self.number}",
                "name": "领券",
                "template": self.template.code,
                "quantity": 2 * SLOT,
                "releases": slots,
                "per_customer": PER_CUSTOMER,
                "per_customer_per_day": PER_DAY,
                "starts_at": NOON.isoformat(),
                "ends_at": (NOON + timedelta(minutes=CAMPAIGN_ENDS)).isoformat(),
            },
            by,
            approver,
        )
        single = opened(by, approver, f"b{self.number}", template=self.template.code, quantity=3)
        self.codes = taken(single, by, approver)
        self.word = f"SPRING{self.number}"
        opened(
            by,
            approver,
            f"s{self.number}",
            template=self.template.code,
            shared=True,
            quantity=SHARED,
            word=self.word,
        )

    def now(self) -> Any:
        return frozen(NOON + timedelta(minutes=self.minute))

    def id(self, customer: str) -> str:
        return f"{customer}-{self.number}"

    # The model

    def sums(self) -> tuple[int, int, int]:
        """(issued, reserved, spent)"""
        states = Counter(one.state for one in self.coupons.values())
        kept = states["unused"] + states["held"]
        return len(self.coupons) - states["void"], WORST * kept, DISCOUNT * states["used"]

    def room(self, number: int = 1) -> bool:
        issued, reserved, spent = self.sums()
        return issued + number <= QUANTITY and reserved + spent + number * WORST <= AMOUNT

    def shown(self, one: Kept) -> str:
        if one.state != "unused":
            return one.state
        if self.void:
            return "void"
        return "expired" if one.until <= self.minute else "unused"

    def usable(self, customer: str) -> list[str]:
        mine = [
            (one.until, code)
            for code, one in self.coupons.items()
            if one.customer == customer and self.shown(one) == "unused"
        ]
        return [code for _until, code in sorted(mine)]

    def let_go(self, code: str) -> None:
        """A coupon that nobody holds any more goes on at once where it cannot stay."""
        self.coupons[code].state = "unused"
        self.coupons[code].state = self.shown(self.coupons[code])

    def late(self) -> list[str]:
        return [code for code, one in self.orders.items() if one.state == "held" and self.minute >= one.until]

    def catch_up(self) -> None:
        """Whoever lacks something has those holds released whose time is over: the model follows."""
        for code in Order.objects.filter(code__in=self.late(), state="expired").values_list(
            "code", flat=True
        ):
            known = self.orders[code]
            known.state = "expired"
            if known.coupon:
                self.let_go(known.coupon)

    def note(self, customer: str, *codes: str) -> None:
        for code in codes:
            self.coupons[code] = Kept(customer, self.minute + LIFE)

    def an_order(self, data: Any, *states: str) -> tuple[str, Placed] | None:
        codes = sorted(code for code, known in self.orders.items() if known.state in states)
        return (code := data.draw(st.sampled_from(codes)), self.orders[code]) if codes else None

    # Where coupons come from

    @rule(customer=CUSTOMERS)
    def claim(self, customer: str) -> None:
        expected = self.why_no_claim(customer)
        with self.now():
            answer = self.shop.post(f"claim-campaigns/c{self.number}/claims", {"customer": self.id(customer)})
        if expected:
            assert (answer.status_code, answer.json()["code"]) == (409, expected)
            return
        assert answer.status_code == 201, answer.content
        self.note(customer, answer.json()["coupon"])
        self.claims.update(["", customer, (customer, self.day())])

    def day(self) -> int:
        return (self.minute + DAY // 2) // DAY

    def why_no_claim(self, customer: str) -> str:
        if self.claims[""] == 2 * SLOT:
            return "sold_out"
        if self.minute >= CAMPAIGN_ENDS or self.stopped:
            return "ended"
        if self.claims[customer] >= PER_CUSTOMER or self.claims[customer, self.day()] >= PER_DAY:
            return "limit_reached"
        released = SLOT if self.minute < SECOND_SLOT else 2 * SLOT
        return "" if self.claims[""] < released and self.room() else "sold_out"

    @rule(customer=CUSTOMERS, number=st.integers(1, 3))
    def grant(self, customer: str, number: int) -> None:
        asked = {
            "template": self.template.code,
            "customer": self.id(customer),
            "quantity": number,
            "source": "lottery",
            "reason": "x",
        }
        with self.now():
            answer = self.shop.post("grants", asked)
        if self.stopped or not self.room(number):
            expected = "template_closed" if self.stopped else "sold_out"
            assert (answer.status_code, answer.json()["code"]) == (409, expected)
            return
        assert answer.status_code == 201, answer.content
        self.note(customer, *(one["coupon"] for one in answer.json()["coupons"]))

    @rule(customer=CUSTOMERS, which=st.integers(0, 2), spell=st.sampled_from([str.lower, str.upper]))
    def claim_code(self, customer: str, which: int, spell: Any) -> None:
        code = self.codes[which]
        answer = self.present(customer, spell(code))
        if self.stopped or code in self.claimed_codes:
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_code")
        elif not self.room():
            assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
        else:
            assert answer.status_code == 201, answer.content
            self.claimed_codes.add(code)
            self.note(customer, answer.json()["coupon"])

    @rule(customer=CUSTOMERS)
    def claim_shared_code(self, customer: str) -> None:
        answer = self.present(customer, self.word)
        if self.stopped:
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_code")
        elif self.shared[customer]:
            assert (answer.status_code, answer.json()["code"]) == (409, "limit_reached")
        elif self.shared.total() == SHARED or not self.room():
            assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
        else:
            assert answer.status_code == 201, answer.content
            self.shared[customer] += 1
            self.note(customer, answer.json()["coupon"])

    def present(self, customer: str, code: str) -> Any:
        with self.now():
            return self.shop.post("codes/claims", {"code": code, "customer": self.id(customer)})

    # What orders do with them

    @rule(customer=CUSTOMERS)
    def hold(self, customer: str) -> None:
        self.place(customer)

    @rule(customer=CUSTOMERS, which=st.integers(0, 2))
    def hold_with_a_code(self, customer: str, which: int) -> None:
        """An open code is claimed and held at once; one that is not is as if it were not there."""
        code = self.codes[which]
        opens = not self.stopped and code not in self.claimed_codes and self.room()
        coupon = self.place(customer, chooses=False, coupons=[code], claims=opens)
        if opens:
            assert coupon is not None
            self.claimed_codes.add(code)

    def place(
        self, customer: str, *, chooses: bool = True, claims: bool = False, **fields: Any
    ) -> str | None:
        order = f"o{next(NUMBERS)}"
        with self.now():
            answer = self.shop.held(order, 2, customer=self.id(customer), **fields)
        self.catch_up()
        expected = next(iter(self.usable(customer)), None) if chooses else None
        used: list[str] = [one["coupon"] for one in answer["offers"] if one["coupon"]]
        assert answer["payable_total"] == PRICE - DISCOUNT * len(used)
        if claims:
            assert len(used) == 1
            self.note(customer, used[0])
            expected = used[0]
        assert used == ([expected] if expected else [])
        if expected:
            self.coupons[expected].state = "held"
        self.orders[order] = Placed(expected, self.minute + HOLD)
        return expected

    @rule(data=st.data(), how=st.sampled_from(["pay", "cancel"]))
    def settle(self, data: Any, how: str) -> None:
        if not (found := self.an_order(data, "held")):
            return
        code, known = found
        with self.now():
            answer = self.shop.pay(code) if how == "pay" else self.shop.cancel(code)
        if self.minute >= known.until:
            expected = "hold_expired" if how == "pay" else "wrong_state"
            assert (answer.status_code, answer.json()["code"]) == (409, expected)
            return
        assert answer.status_code == 200, answer.content
        known.state = "paid" if how == "pay" else "cancelled"
        if known.coupon and how == "pay":
            self.coupons[known.coupon].state = "used"
        elif known.coupon:
            self.let_go(known.coupon)

    @rule(data=st.data(), units=st.integers(1, 2), fault=st.sampled_from(["customer", "merchant"]))
    def refund(self, data: Any, units: int, fault: str) -> None:
        if not (found := self.an_order(data, "paid")):
            return
        code, known = found
        units = min(units, known.left)
        with self.now():
            lines = [{"line": "1", "quantity": units}]
            answer = self.shop.refund(code, f"r{next(NUMBERS)}", lines=lines, fault=fault)
        assert answer.status_code == 201, answer.content
        known.left -= units
        if known.left:
            assert answer.json()["coupons"] == []
            return
        known.state = "refunded"
        if known.coupon:
            self.give_back(known.coupon, fault)
            state = self.coupons[known.coupon].state
            assert answer.json()["coupons"] == [{"coupon": known.coupon, "state": state}]

    def give_back(self, code: str, fault: str) -> None:
        """What it reserves above what it gave must be there; through the shop's fault it lives a day at least."""
        one = self.coupons[code]
        until = max(one.until, self.minute + GRACE) if fault == "merchant" else one.until
        _issued, reserved, spent = self.sums()
        if not self.void and until > self.minute and reserved + spent + WORST - DISCOUNT > AMOUNT:
            return
        one.until = until
        self.let_go(code)

    # What people and time do

    @precondition(lambda self: not self.stopped)
    @rule()
    def stop(self) -> None:
        with self.now():
            self.template = services.stop_issuing(template=self.fresh(), actor=self.people[0], reason="x")
        self.stopped = True

    @precondition(lambda self: self.stopped and not self.void)
    @rule()
    def resume(self) -> None:
        with self.now():
            self.decide(services.request_resume_issuing(template=self.fresh(), actor=self.people[0]))
        self.stopped = False

    @precondition(lambda self: not self.void and self.minute > DAY)
    @rule()
    def have_all_void(self) -> None:
        with self.now():
            self.decide(request_void(template=self.fresh(), actor=self.people[0], reason="x"))
        self.stopped = self.void = True

    def fresh(self) -> CouponTemplate:
        return CouponTemplate.objects.get(code=self.template.code)

    def decide(self, request: Any) -> None:
        approvals.approve(request=request, actor=self.people[1], seen_hash=request.content_hash)

    @rule(minutes=st.sampled_from([1, 16, LIFE // 2, LIFE]))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule()
    def sweep(self) -> None:
        with self.now():
            lapse()
            tasks.expire()
            tasks.void()
        assert not Order.objects.filter(code__in=self.late(), state="held").exists()
        self.catch_up()
        for one in self.coupons.values():
            if one.state == "unused":
                one.state = self.shown(one)

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        assert budget(self.template.code) == self.sums()
        assert broken() == []
        if not self.late():
            self.everybody_sees_theirs()

    @rule()
    def everybody_sees_theirs(self) -> None:
        """Whose hold is over sees what came of its coupon."""
        for customer in ("ann", "bob"):
            with self.now():
                rows = self.shop.get(f"customers/{self.id(customer)}/coupons", {"limit": 200}).json()[
                    "results"
                ]
            self.catch_up()
            mine = {row["coupon"]: row["state"] for row in rows}
            assert mine == {
                code: self.shown(one) for code, one in self.coupons.items() if one.customer == customer
            }


@pytest.fixture
def life(ann: Any, cleo: Any, settings: Any) -> type[Life]:
    for name in ("CODE_GUESSES_PER_CUSTOMER", "CODE_GUESSES_PER_ADDRESS", "CODE_GUESSES_PER_KEY"):
        setattr(settings, name, 1_000_000)
    Life.key = issue_key(
        client=add_client(name="shop"), scopes=["storefront", "preview", "grant"], actor=None
    ).text
    Life.people = (ann, cleo)
    return Life


def run(life: type[Life], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_life_of_coupons_from_any_source(life: type[Life]) -> None:
    run(life, 10, 20)


def four_claims(life: type[Life]) -> None:
    """Before the second slot, of which the first has three."""
    machine = life()
    for customer in ("ann", "ann", "bob", "bob"):
        machine.claim(customer)


def test_the_model_knows_when_a_slot_is_used_up(life: type[Life]) -> None:
    four_claims(life)


def test_control_a_campaign_that_asks_no_clock_is_noticed(
    life: type[Life], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Terms, "released", lambda self, _now: self.quantity)
    with pytest.raises(AssertionError):
        four_claims(life)


def test_what_is_void_stays_void_when_its_time_is_over(life: type[Life]) -> None:
    """Given a coupon that was voided and is over before a job came to it, then it is void, and its place free."""
    machine = life()
    machine.grant("ann", 2)
    machine.time_passes(DAY - 1)
    machine.have_all_void()
    machine.time_passes(1)
    machine.it_is_as_the_model_says()
    machine.sweep()
    assert machine.sums() == (0, 0, 0)
    machine.it_is_as_the_model_says()
