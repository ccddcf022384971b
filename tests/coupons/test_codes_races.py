"""Codes in races and under kill -9, with real processes and a real cache; each control shows what a guard prevents."""

import os
import signal
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from psycopg.errors import UniqueViolation

from apps.core import throttle
from apps.core.throttle import Limit, TooManyTries
from apps.coupons.models import ClaimUse, Code, CodeBatch, Coupon
from apps.coupons.services.codes import claiming, generating
from apps.coupons.services.codes.claiming import claim_code
from apps.coupons.services.codes.generating import make_chunk, make_due
from apps.coupons.services.codes.revoking import revoke_batch
from apps.storefront.services.keys import add_client, issue_key
from promo_portal.embedded.valkey import ValkeyServer
from tests.activities.cast import person
from tests.concurrency.processes import FORK, Meeting, at_once
from tests.coupons.code_cast import generating as approved
from tests.coupons.code_cast import opened, taken, template
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


@pytest.fixture
def two():
    """A writer and an approver."""
    return person("ann", "operator"), person("cleo", "approver")


@pytest.fixture
def without():
    """A CHECK or a trigger is the net below a guard; a control takes it away, too."""
    undo = []

    def check(table, name):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
            definition = cursor.fetchone()[0]
        sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        undo.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")

    def trigger(table):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER {table}_guard")
        undo.append(f"ALTER TABLE {table} ENABLE TRIGGER {table}_guard")

    yield {"check": check, "trigger": trigger}
    for statement in undo:
        sql(statement)


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def claims(code, customers, place="codes_found"):
    """What becomes of one claim for each customer, all of whom have found the code open before any goes on."""
    meeting = Meeting(place, len(customers))

    def job(customer):
        def run():
            claiming.crash_point = meeting.come
            with transaction.atomic():
                claim_code(presented=code, customer=customer)
            return "claimed"

        return run

    return sorted(at_once([job(customer) for customer in customers]))


def a_code(two):
    template(*two)
    return taken(opened(*two), *two)[0]


def test_a_code_is_claimed_once(two):
    """Given two who both found a code open, when both claim it, then one has it."""
    assert claims(a_code(two), ["c1", "c2"]) == ["claimed", "unknown_code"]
    assert Coupon.objects.count() == CodeBatch.objects.get().claims == 1
    assert broken() == []


def test_control_without_the_guard_it_is_claimed_twice(two, without, monkeypatch):
    monkeypatch.setattr(claiming, "STILL_FREE", "true")
    without["trigger"]("coupons_code")
    assert claims(a_code(two), ["c1", "c2"]) == ["claimed", "claimed"]
    assert Coupon.objects.count() == 2


def test_the_trigger_alone_keeps_a_code(two, monkeypatch):
    monkeypatch.setattr(claiming, "STILL_FREE", "true")
    found = claims(a_code(two), ["c1", "c2"])
    assert "claimed once or revoked" in found[0] + found[1]
    assert Coupon.objects.count() == 1


def a_shared_code(two, **changes):
    template(*two)
    approved(*two, shared=True, word="double11", **{"quantity": 3, "per_customer": 1, **changes})
    return "double11"


def test_a_shared_code_serves_exactly_so_many(two):
    found = claims(a_shared_code(two), [f"c{number}" for number in range(6)])
    assert found == ["claimed"] * 3 + ["sold_out"] * 3
    assert Coupon.objects.count() == CodeBatch.objects.get().claims == 3
    assert ClaimUse.objects.count() == 3
    assert broken() == []


def test_control_without_the_guard_a_shared_code_serves_all(two, without, monkeypatch):
    monkeypatch.setattr(claiming, "ROOM", "true")
    without["check"]("coupons_codebatch", "codebatch_within")
    found = claims(a_shared_code(two), [f"c{number}" for number in range(6)])
    assert found == ["claimed"] * 6


def test_a_customer_has_a_shared_code_so_often(two):
    assert claims(a_shared_code(two), ["c1", "c1", "c1"]) == ["claimed", "limit_reached", "limit_reached"]
    assert ClaimUse.objects.get().claims == 1


def test_control_without_the_guard_a_customer_has_it_more_often(two, without, monkeypatch):
    monkeypatch.setattr(claiming, "WITHIN_LIMIT", "true")
    without["check"]("coupons_claimuse", "claim_use_within_limit")
    assert claims(a_shared_code(two), ["c1", "c1", "c1"]) == ["claimed"] * 3


def test_claim_against_revocation(two):
    """Given a claim that has found its code open, when the batch is revoked before it goes on, then it is refused."""
    code = a_code(two)
    found, gone = FORK.Event(), FORK.Event()

    def claim():
        def wait(place):
            if place == "codes_found":
                found.set()
                gone.wait(5)

        claiming.crash_point = wait
        with transaction.atomic():
            claim_code(presented=code, customer="c1")

    def revoke():
        found.wait(5)
        revoke_batch(batch=CodeBatch.objects.get(), actor=two[0], reason="x")
        gone.set()
        return "revoked"

    assert at_once([claim, revoke]) == ["unknown_code", "revoked"]
    assert Coupon.objects.count() == 0
    assert broken() == []


def killed(job):
    """Run it in a process of its own, which kills itself."""
    connections.close_all()
    child = FORK.Process(target=job)
    child.start()
    child.join(60)
    return child.exitcode


def die_at(number):
    """A crash point that kills the process when it is passed for the nth time."""
    passed = iter(range(1, 1_000))

    def crash(place):
        if next(passed) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash


def made_until_killed(monkeypatch, two):
    """Given chunks of 100 and a worker killed in the third, between its codes and their count."""
    monkeypatch.setattr(generating, "CHUNK", 100)
    template(*two)
    batch = approved(*two, quantity=450)

    def work():
        generating.crash_point = die_at(3)
        make_due()

    assert killed(work) == -signal.SIGKILL
    batch.refresh_from_db()
    return batch


def test_a_killed_worker_leaves_no_half_chunk_and_the_next_goes_on(monkeypatch, two):
    batch = made_until_killed(monkeypatch, two)
    assert (batch.made, Code.objects.count(), batch.state) == (200, 200, "generating")
    assert make_due() == 250
    batch.refresh_from_db()
    maker = generating.CodeMaker(bytes(batch.seed))
    assert (batch.made, batch.state) == (450, "open")
    assert {bytes(code.digest) for code in Code.objects.all()} == {maker.kept(n)[0] for n in range(450)}


def test_control_when_codes_and_count_commit_apart_they_come_twice(monkeypatch, two):
    copy = generating._copy

    def apart(*arguments):
        other = connection.copy()
        monkeypatch.setattr(generating, "connection", other)
        copy(*arguments)
        other.close()

    monkeypatch.setattr(generating, "_copy", apart)
    batch = made_until_killed(monkeypatch, two)
    assert (batch.made, Code.objects.count()) == (200, 300)
    with pytest.raises(UniqueViolation):
        make_due()


def test_two_workers_make_every_code_once(monkeypatch, two):
    monkeypatch.setattr(generating, "CHUNK", 50)
    template(*two)
    batch = approved(*two, quantity=1_000)
    assert sum(at_once([make_due, make_due, make_due])) == 1_000
    batch.refresh_from_db()
    assert (batch.made, batch.state) == (1_000, "open")
    assert Code.objects.values("digest").distinct().count() == Code.objects.count() == 1_000
    assert make_chunk(batch.pk) == 0


def a_shop():
    return Shop(issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text)


@pytest.mark.parametrize("place", ["codes_found", "issued"])
def test_a_claim_killed_midway_is_claimed_by_the_retry(two, monkeypatch, place):
    """Given a process killed before it commits, when the shop asks again, then there is one coupon and one answer."""
    code, shop = a_code(two), a_shop()
    body = {"code": code, "customer": "c1"}

    def ask():
        os.environ["PORTAL_CRASH_AT"] = place
        shop.post("codes/claims", body, idempotency="k1")

    assert killed(ask) == -signal.SIGKILL
    assert Coupon.objects.count() == 0
    first = shop.post("codes/claims", body, idempotency="k1")
    again = shop.post("codes/claims", body, idempotency="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Coupon.objects.count() == 1
    assert broken() == []


@contextmanager
def valkey():
    """A cache server of the test's own."""
    with tempfile.TemporaryDirectory(prefix="portal-valkey-") as folder:
        server = ValkeyServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def real_cache(settings):
    with valkey() as server:
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": f"unix://{server.socket}?db=1",
                "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
            }
        }
        yield server
        cache.close()


def guesses(number, each):
    """How many of `number` threads' tries are admitted, all at the same instant."""
    limit = Limit("test", 10, 10**9)
    start, admitted = threading.Barrier(number), []

    def run():
        start.wait(30)
        for _ in range(each):
            try:
                throttle.take([(limit, "c1")])
                admitted.append(1)
            except TooManyTries:
                pass

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return len(admitted)


def test_of_two_hundred_guesses_at_once_exactly_so_many_are_admitted(real_cache):
    assert guesses(50, 4) == 10


def test_control_a_counter_that_looks_before_it_writes_admits_more(real_cache, monkeypatch):
    def look_then_write(key, limit, times):
        found = (cache.get(key) or 0) + times
        cache.set(key, found, limit.seconds)
        return found

    monkeypatch.setattr(throttle, "_add", look_then_write)
    assert guesses(50, 4) > 10


def test_two_hundred_wrong_codes_over_http(real_cache, settings):
    """Given 20 processes with 10 wrong codes each, when all ask at once, then exactly 10 are looked up."""
    settings.CODE_GUESSES_PER_CUSTOMER, settings.CODE_GUESS_SECONDS = 10, 10**9
    shop = a_shop()

    def ask(process):
        def run():
            body = {"customer": "c1"}
            return [
                shop.post(
                    "codes/claims", {**body, "code": f"w{process}-{n}"}, idempotency=f"{process}-{n}"
                ).status_code
                for n in range(10)
            ]

        return run

    statuses = [status for found in at_once([ask(process) for process in range(20)]) for status in found]
    assert sorted(statuses) == [404] * 10 + [429] * 190


def test_without_the_cache_no_code_is_claimed(two, real_cache):
    """Given a cache that goes away, when a good code is claimed, then 429 and Retry-After; when it is back, 201."""
    code, shop = a_code(two), a_shop()
    body = {"code": code, "customer": "c1"}
    real_cache.stop()
    answer = shop.post("codes/claims", body, idempotency="k1")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (
        429,
        "too_many_attempts",
        "5",
    )
    assert Coupon.objects.count() == 0
    real_cache.start()
    assert shop.post("codes/claims", body, idempotency="k1").status_code == 201
