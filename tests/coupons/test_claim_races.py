"""Many who want the same few coupons at once: exactly as many as there are, and without its guard it breaks.

CLAIM_ATTEMPTS=10000 makes the rushes as big as they come.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum

from apps.audiences.models import Customer
from apps.core import crash, idempotency
from apps.core.clock import database_now
from apps.core.errors import Refused
from apps.core.models import IdempotencyRecord
from apps.coupons import allowances, campaigns, releases
from apps.coupons.models import CampaignAllowance, ClaimUse, Coupon, CouponEntry, TemplateAllowance
from apps.coupons.services import at_once as claiming_at_once
from apps.coupons.services import claiming
from tests.concurrency.processes import FORK, Meeting, at_once
from tests.coupons.world import a_campaign, a_template
from tests.orders_life.audit import broken

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("open_portal")]
PROCESSES = 8
ATTEMPTS = int(os.environ.get("CLAIM_ATTEMPTS", "2000"))
STEPS = ("looked", "issued", "claimed")


@pytest.fixture
def open_portal(transactional_db: None, settings: Any) -> Iterator[None]:
    """Committed, so that other processes see it; everything is taken away again afterwards."""
    settings.ALLOW_PUBLISH = True
    yield
    connections.close_all()


@pytest.fixture
def without_check() -> Iterator[Callable[[str, str], None]]:
    """A CHECK is the net below a guard; a control takes it away, too."""
    dropped: list[tuple[str, str, str]] = []

    def drop(table: str, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
            dropped.append((table, name, cursor.fetchone()[0]))
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    yield drop
    with connection.cursor() as cursor:
        for table, name, definition in dropped:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")


def without_guard(monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    """Both ways of claiming, step by step and at once, without one of their clauses."""
    whole = claiming_at_once.statement
    assert guard in claiming.CLAIM
    monkeypatch.setattr(claiming, "CLAIM", claiming.CLAIM.replace(guard, "TRUE"))
    monkeypatch.setattr(
        claiming_at_once, "statement", lambda plan, now: whole(plan, now).replace(guard, "TRUE")
    )


def claim(customer: str, campaign: str = "claim-1") -> str:
    """How it went."""
    try:
        with transaction.atomic():
            claiming.claim(campaign=campaign, customer=customer)
    except Refused as refused:
        return refused.code
    return "claimed"


def rush(job: Callable[[int, int], str], attempts: int) -> Counter[str]:
    """Each process does its share of the attempts, as fast as it can; how they went."""

    def some(process: int) -> list[str]:
        return [job(process, number) for number in range(attempts // PROCESSES)]

    def job_of(process: int) -> Callable[[], list[str]]:
        return lambda: some(process)

    found: Counter[str] = Counter()
    for results in at_once([job_of(process) for process in range(PROCESSES)]):
        assert isinstance(results, list), results
        found.update(results)
    return found


def two_at_the_last(*claims: tuple[str, str]) -> list[str]:
    """Two who are known and have both seen that one is left, at the same instant."""
    Customer.objects.bulk_create([Customer(code=code) for code, _ in claims], ignore_conflicts=True)
    meeting = Meeting("looked", len(claims))

    def job_of(customer: str, campaign: str) -> Callable[[], str]:
        def job() -> str:
            claiming.crash_point = claiming_at_once.crash_point = meeting.come  # type: ignore[assignment, attr-defined]
            return claim(customer, campaign)

        return job

    return sorted(at_once([job_of(*one) for one in claims]))


@pytest.mark.parametrize("quantity", [100, 1_100])
def test_a_rush_gets_exactly_what_there_is(quantity: int) -> None:
    a_template()
    a_campaign(quantity=quantity, per_customer=1)
    told = rush(lambda process, number: claim(f"c{process}-{number}"), ATTEMPTS)
    assert told == {"claimed": quantity, "sold_out": ATTEMPTS - quantity}
    assert Coupon.objects.count() == quantity
    assert broken() == []


# Of two only the second is left: nobody remembers a campaign for that. Of three the second is claimed at once.
@pytest.mark.parametrize("quantity", [2, 3])
def test_two_at_the_last_claim_of_a_campaign(quantity: int) -> None:
    a_template()
    a_campaign(quantity=quantity)
    assert {claim(f"before-{number}") for number in range(quantity - 1)} == {"claimed"}
    assert two_at_the_last(("c1", "claim-1"), ("c2", "claim-1")) == ["claimed", "sold_out"]
    assert Coupon.objects.count() == quantity
    assert broken() == []


@pytest.mark.parametrize("quantity", [2, 3])
def test_control_without_the_guard_of_the_release(
    quantity: int, monkeypatch: pytest.MonkeyPatch, without_check: Callable[[str, str], None]
) -> None:
    a_template()
    a_campaign(quantity=quantity)
    assert {claim(f"before-{number}") for number in range(quantity - 1)} == {"claimed"}
    without_check("coupons_campaignallowance", "campaign_allowance_total")
    without_guard(monkeypatch, releases.CLAIM_ROOM)
    assert two_at_the_last(("c1", "claim-1"), ("c2", "claim-1")) == ["claimed", "claimed"]
    assert Coupon.objects.count() == quantity + 1


def test_the_budget_in_money_goes_to_the_last_coupon_that_fits() -> None:
    # Given sixteen parts, none of which divides by what a coupon reserves
    a_template(budget={"amount": 1_030_999})
    a_campaign(quantity=5_000)
    told = rush(lambda process, number: claim(f"c{process}-{number}"), 1_200)
    assert told == {"claimed": 1_030, "sold_out": 170}
    assert TemplateAllowance.objects.aggregate(n=Sum("reserved_amount"))["n"] == 1_030_000
    assert broken() == []


def test_packs_whose_templates_run_out_in_any_order_come_whole() -> None:
    # Given two packs of the same templates, named the other way round, so that both want both budgets
    a_template(budget={"quantity": 500})
    a_template("five-off", budget={"quantity": 60})
    one, other = {"template": "ten-off", "quantity": 1}, {"template": "five-off", "quantity": 2}
    a_campaign("a", items=[one, other])
    a_campaign("b", items=[other, one])
    told = rush(lambda process, number: claim(f"c{number}", "ab"[process % 2]), 400)
    assert told == {"claimed": 30, "sold_out": 370}
    issued = TemplateAllowance.objects.values_list("template", "issued_quantity").order_by("template")
    assert list(issued) == [("five-off", 60), ("ten-off", 30)]
    assert broken() == []


def one_budget_of_two_campaigns() -> list[str]:
    a_template(budget={"quantity": 2})
    a_campaign("a", quantity=100)
    a_campaign("b", quantity=100)
    assert [claim("first", "a"), Coupon.objects.count()] == ["claimed", 1]
    CampaignAllowance.objects.create(campaign="b", bucket=0, total=100)
    return two_at_the_last(("c1", "a"), ("c2", "b"))


def test_two_campaigns_share_one_budget() -> None:
    assert one_budget_of_two_campaigns() == ["claimed", "sold_out"]
    assert Coupon.objects.count() == 2
    assert broken() == []


def test_control_without_the_guard_of_the_budget(
    monkeypatch: pytest.MonkeyPatch, without_check: Callable[[str, str], None]
) -> None:
    without_check("coupons_templateallowance", "template_allowance_quantity")
    without_guard(monkeypatch, allowances.QUANTITY_ROOM)
    assert one_budget_of_two_campaigns() == ["claimed", "claimed"]
    assert Coupon.objects.count() == 3


def test_a_customer_gets_as_many_as_one_may_have() -> None:
    a_template(budget={"quantity": 5_000})
    a_campaign(quantity=2_000, per_customer=3, per_customer_per_day=3)
    told = rush(lambda process, number: claim("c1"), 80)
    assert told == {"claimed": 3, "limit_reached": 77}
    assert list(ClaimUse.objects.values_list("claims", flat=True)) == [3, 3]
    assert broken() == []


@pytest.mark.parametrize("coupons", [1, 2])  # a pack is claimed step by step
def test_control_without_the_guard_of_the_limit(
    coupons: int, monkeypatch: pytest.MonkeyPatch, without_check: Callable[[str, str], None]
) -> None:
    items = [{"template": "ten-off", "quantity": coupons}]
    a_template()
    a_campaign(items=items, per_customer=2)
    claim("c1")
    assert two_at_the_last(("c1", "claim-1"), ("c1", "claim-1")) == ["claimed", "limit_reached"]
    a_campaign("again", items=items, per_customer=2)
    claim("c1", "again")
    without_check("coupons_claimuse", "claim_use_within_limit")
    without_guard(monkeypatch, claiming_at_once.WITHIN_LIMIT)
    assert two_at_the_last(("c1", "again"), ("c1", "again")) == ["claimed", "claimed"]


def claims_around_a_slot() -> tuple[datetime, Counter[str]]:
    """A slot that opens while all of them ask: ten times each before, ten times from a moment before it on."""
    opens = database_now() + timedelta(seconds=6)
    first = {"at": (database_now() - timedelta(minutes=1)).isoformat(), "quantity": 15}
    a_campaign(quantity=40, releases=[first, {"at": opens.isoformat(), "quantity": 25}])

    def job(process: int, number: int) -> str:
        if number == 10:
            time.sleep(max(0.0, opens.timestamp() - time.time() - 0.1))
        if number > 10:
            time.sleep(0.05)
        return claim(f"c{process}-{number}")

    return opens, rush(job, PROCESSES * 25)


def test_a_slot_opens_by_the_clock_for_those_who_ask() -> None:
    a_template()
    opens, told = claims_around_a_slot()
    assert told["claimed"] == 40
    assert Coupon.objects.filter(issued_at__lt=opens).count() == 15
    assert broken() == []


def test_control_of_a_release_that_asks_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    a_template()
    monkeypatch.setattr(campaigns.Terms, "released", lambda terms, now: terms.quantity)
    opens, told = claims_around_a_slot()
    assert told["claimed"] == 40
    assert Coupon.objects.filter(issued_at__lt=opens).count() > 15


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


def ask() -> idempotency.Reply:
    """A claim as a request with a key."""
    request = idempotency.Request(1, "k", "POST", "/claims", b"{}")

    def act() -> idempotency.Reply:
        (one,) = claiming.claim(campaign="claim-1", customer="c1")
        return idempotency.Reply(201, one.code.encode())

    return idempotency.once(request, act, lambda error: None)


def picture() -> tuple[int, ...]:
    budget = TemplateAllowance.objects.aggregate(n=Sum("issued_quantity"))["n"] or 0
    claims = CampaignAllowance.objects.aggregate(n=Sum("claims"))["n"] or 0
    had = ClaimUse.objects.aggregate(n=Sum("claims"))["n"] or 0
    return Coupon.objects.count(), CouponEntry.objects.count(), budget, claims, had


# One who is known already claims at once, others step by step.
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("place", ["locked", *STEPS])
def test_a_process_killed_in_a_claim_leaves_nothing_and_the_same_request_ends_the_same(
    place: str, known: bool
) -> None:
    a_template(budget={"quantity": 5})
    a_campaign(per_customer=2, quantity=5)
    if place != "locked":  # the first claim of all goes another way
        claim("first")
    if known:
        Customer.objects.create(code="c1")
    before = picture()
    killed_at(place, ask)
    assert picture() == before
    assert IdempotencyRecord.objects.count() == 0
    first, again = ask(), ask()
    assert (first.body, again.body, again.replayed) == (first.body, first.body, True)
    assert picture() == tuple(number + 1 for number in before)
    assert broken() == []
