"""Grants in races and under kill -9, with real processes; each control shows what the guard prevents."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet

from apps.approvals import services as approvals
from apps.audiences.services import upsert_customers
from apps.core.clock import database_now, frozen
from apps.coupons import tasks
from apps.coupons.lifecycle import Source
from apps.coupons.models import CompensationUse, Coupon, CouponTemplate, VoidRun
from apps.coupons.services import expiring, giving, granting, pushing, redeeming, voiding
from apps.coupons.services import issue as issuing
from apps.coupons.services.issue import How, Wanted, issue
from tests.activities.cast import person
from tests.concurrency.processes import FORK, at_once
from tests.coupons.world import a_campaign, a_template

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
CROWD = [f"c{number:02}" for number in range(30)]


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def without_check(transactional_db):
    """A CHECK is the net below a guard; a control takes it away, too."""
    dropped = []

    def drop(table, name):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
            dropped.append((table, name, cursor.fetchone()[0]))
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    yield drop
    for table, name, definition in dropped:
        sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")


def holders():
    return sorted(Coupon.objects.values_list("customer_code", flat=True))


def a_started_push():
    """Thirty customers, all meant, and a run that is under way."""
    upsert_customers(actor="test", rows=[{"id": code} for code in CROWD])
    a_template(budget={"amount": 1_000_000})
    ann = person("ann", "operator")
    campaign = a_campaign(mode="push")
    pushing.start_test(campaign=campaign, customers=["t1"], actor=ann)
    tasks.push()
    return pushing.start(campaign=campaign, actor=ann)


def killed_in_its_third_chunk(run, chunk=4):
    """A worker that dies when the coupons of its third chunk are written and how far it came is not."""

    def die():
        pushing.advance(run=run.pk, chunk=chunk)
        pushing.advance(run=run.pk, chunk=chunk)
        pushing._before = lambda candidates, rest: os.kill(os.getpid(), signal.SIGKILL)
        pushing.advance(run=run.pk, chunk=chunk)

    connections.close_all()
    worker = FORK.Process(target=die)
    worker.start()
    worker.join(30)
    assert worker.exitcode == -signal.SIGKILL


def test_a_killed_push_taken_up_again_gives_everybody_one():
    run = a_started_push()
    killed_in_its_third_chunk(run)
    run.refresh_from_db()
    assert (run.last_customer, run.granted, len(holders())) == ("c07", 8, 9)
    tasks.push()
    run.refresh_from_db()
    assert holders() == [*CROWD, "t1"]
    assert (run.state, run.granted) == ("done", 30)


def test_control_without_one_transaction_and_places_some_get_two(monkeypatch, without_check):
    run = a_started_push()
    monkeypatch.setattr(giving, "FREE", "true")
    without_check("coupons_claimuse", "claim_use_within_limit")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self.all())
    monkeypatch.setattr(pushing, "advance", pushing.advance.__wrapped__)
    killed_in_its_third_chunk(run)
    tasks.push()
    assert holders() != [*CROWD, "t1"]
    assert holders().count("c08") == 2


def two_workers(run, chunk=3):
    """Both read how far the run came before either writes."""

    def work():
        granted = 0
        for _ in range(40):
            _going, more = pushing.advance(run=run.pk, chunk=chunk)
            granted += more
        return granted

    return at_once([work, work])


def test_two_workers_on_one_push_give_everybody_one():
    run = a_started_push()
    assert sum(two_workers(run)) == 30
    assert holders() == [*CROWD, "t1"]
    run.refresh_from_db()
    assert (run.state, run.granted) == ("done", 30)


def test_control_two_workers_without_lock_and_places_give_twice(monkeypatch, without_check):
    run = a_started_push()
    monkeypatch.setattr(giving, "FREE", "true")
    without_check("coupons_claimuse", "claim_use_within_limit")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self.all())
    two_workers(run)
    assert len(holders()) > 31


def test_without_the_lock_the_places_alone_keep_everybody_at_one(monkeypatch):
    run = a_started_push()
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self.all())
    two_workers(run)
    assert holders() == [*CROWD, "t1"]


def ten_grants_at_once(settings, most=6):
    """An agent with ten windows; the quota is six coupons."""
    settings.COMPENSATION_DAILY_QUANTITY = most
    a_template()
    CouponTemplate.objects.update(for_compensation=True)
    sue = person("sue", "customer_service")

    def grant():
        given = granting.compensate(agent=sue, template="ten-off", customer="c1", quantity=1, reason="x")
        return len(given)

    return at_once([grant] * 10)


def test_an_agent_never_grants_beyond_the_quota(settings):
    results = ten_grants_at_once(settings)
    assert sorted(map(str, results)) == ["1"] * 6 + ["over_quota"] * 4
    assert CompensationUse.objects.values_list("quantity", "amount").get() == (6, 6_000)
    assert Coupon.objects.count() == 6


def test_control_without_the_guard_the_quota_is_overdrawn(settings, monkeypatch, without_check):
    monkeypatch.setattr(granting, "WITHIN", "true")
    without_check("coupons_compensationuse", "compensation_use_within")
    assert ten_grants_at_once(settings) == [1] * 10
    assert Coupon.objects.count() == 10


def grant_against_void():
    """The grant has seen the template open when the approval commits, and writes its coupon after that."""
    template = a_template(budget={"amount": 1_000_000})
    ann, cleo = person("ann", "operator"), person("cleo", "approver")
    with transaction.atomic():
        issue([Wanted("ten-off", "c1", 3)], How(source=Source.MEMBERSHIP), now=database_now())
    request = voiding.request_void(template=template, actor=ann, reason="x")
    seen, approved = FORK.Event(), FORK.Event()

    def grant():
        write = issuing.write

        def late(*arguments, **more):
            seen.set()
            approved.wait(10)
            return write(*arguments, **more)

        issuing.write = late
        with transaction.atomic():
            return len(issue([Wanted("ten-off", "c2")], How(source=Source.MEMBERSHIP), now=database_now()))

    def void():
        seen.wait(10)
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
        run = VoidRun.objects.get()
        first = voiding.void_batch(run)
        approved.set()
        return first

    results = at_once([grant, void])
    run = VoidRun.objects.get()
    voiding.void_batch(run)
    return results


def test_a_grant_under_way_at_a_voiding_is_void_too():
    assert grant_against_void() == [1, 3]
    assert set(Coupon.objects.values_list("customer_code", "state")) == {("c1", "void"), ("c2", "void")}


def test_control_without_the_late_ones_it_outlives_the_voiding(monkeypatch):
    monkeypatch.setattr(voiding, "LATE", timedelta(0))
    assert grant_against_void() == [1, 3]
    assert set(Coupon.objects.values_list("customer_code", "state")) == {("c1", "void"), ("c2", "unused")}


def expire_against_hold():
    """An order takes a coupon in the same moment in which the job finds it over."""
    a_template(validity={"mode": "relative", "days": 1})
    with transaction.atomic():
        issue([Wanted("ten-off", "c1")], How(source=Source.MEMBERSHIP), now=database_now())
    coupon = Coupon.objects.get()
    over = coupon.valid_until
    found, held = FORK.Event(), FORK.Event()

    def expire():
        close = expiring.expire_coupons

        def late(ids):
            found.set()
            held.wait(1)
            return close(ids)

        expiring.expire_coupons = late
        with frozen(over):
            return expiring.expire_due()

    def hold():
        found.wait(10)
        try:
            with transaction.atomic():
                redeeming.hold(order="o1", customer="c1", coupons=[(coupon.pk, 0)])
        except redeeming.CouponTakenError:
            return "taken"
        finally:
            held.set()
        return "held"

    results = at_once([expire, hold])
    return results, Coupon.objects.get().state


def test_expiry_against_a_hold_has_one_outcome():
    """The job has the row's lock: the hold waits, and finds it expired."""
    assert expire_against_hold() == ([1, "taken"], "expired")


def test_control_without_the_row_lock_the_hold_wins_unseen(monkeypatch):
    monkeypatch.setattr(expiring, "DUE", expiring.DUE.replace("FOR UPDATE OF c SKIP LOCKED", ""))
    assert expire_against_hold() == ([0, "held"], "held")
