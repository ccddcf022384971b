"""More who want a coupon than there are: at the same moment over many sockets, and while servers die in their claims.

CLAIM_ATTEMPTS=10000 makes the crowd as big as it comes.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from bench.soak.arena import UNGUARDED, Arena, arena
from promo_portal.embedded.postgres import DATABASE, USER
from tests.faults.clients import Answer, claim, issued, together
from tests.faults.conftest import CLAIMS

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

RUSH, CROWD = 3, 4  # the campaigns
AT_ONCE = int(os.environ.get("CLAIM_ATTEMPTS", "400"))
SOCKETS = min(AT_ONCE // 4, 400)
EARLY = 20  # have theirs before anything dies
LATE = 90  # more than there are coupons
NETS = {
    "campaign_allowance_total": "coupons_campaignallowance",
    "template_allowance_quantity": "coupons_templateallowance",
    "template_allowance_amount": "coupons_templateallowance",
}


def crowd(portal: Arena, campaign: int) -> tuple[Counter[tuple[int, str]], list[Answer], Counter[str]]:
    """Each with a customer and a key of its own, the first of every socket released together."""
    lives = [[claim(campaign, f"crowd-{n}", f"crowd-{n}")] for n in range(AT_ONCE)]
    found, told = together(portal.port, portal.key, lives, SOCKETS, released=True)
    answers = [answer for [answer] in found]
    return Counter((answer.status, answer.code) for answer in answers), answers, told


def test_a_crowd_over_many_sockets_gets_exactly_what_there_is(portal: Arena, codes: list[str]) -> None:
    """Given 100 coupons, when more ask at the same moment, then 100 have one and everybody else hears so at once."""
    ends, answers, told = crowd(portal, CROWD)
    assert ends == {(201, ""): CLAIMS, (409, "sold_out"): AT_ONCE - CLAIMS}
    assert not [name for name in told if name.startswith("answers 500")], told
    assert len({answer.json["coupon"] for answer in answers if answer.status == 201}) == CLAIMS
    assert issued(portal, f"coupon-{CROWD}") == CLAIMS


@pytest.fixture
def unguarded() -> Iterator[Arena]:
    """A portal with one campaign, that neither looks at what is left nor has the nets below."""
    with arena(application=UNGUARDED) as here:
        here.start("1")
        here.ask("coupons", "1", str(CLAIMS), "1")
        here.sql(*(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, table in NETS.items()))
        yield here


def test_control_without_guards_a_crowd_gets_more(unguarded: Arena) -> None:
    ends, _answers, _told = crowd(unguarded, 0)
    assert ends[201, ""] == issued(unguarded, "coupon-0") > CLAIMS
    assert unguarded.ask("promises") != []


def wait_for_claims(portal: Arena, at_least: int, since: str = "-infinity") -> None:
    """Until so many, begun after `since`, wait for a lock in the statement that makes a coupon, in either way."""
    waiting = f"""
        SELECT count(*) FROM pg_stat_activity WHERE datname = '{DATABASE}' AND wait_event_type = 'Lock'
            AND ltrim(query, E'\\n') ~ '^WITH (used|known) AS' AND query_start > '{since}'
    """
    deadline = time.monotonic() + 60
    while portal.sql(waiting)[0][0] < at_least:
        assert time.monotonic() < deadline, "no claims came"
        time.sleep(0.01)


def test_servers_that_die_amid_claims_give_exactly_what_there_is(portal: Arena, codes: list[str]) -> None:
    """Given claims that wait in their statement, when all workers are killed and then the database is stopped at once,
    then those told before keep theirs, and the rest goes to those who ask again."""
    lives = [[claim(RUSH, f"rush-{n}", f"rush-{n}")] for n in range(CLAIMS + LATE)]
    answers, _told = together(portal.port, portal.key, lives[:EARLY], clients=4)
    gate = psycopg.connect(host=str(portal.postgres.socket), user=USER, dbname=DATABASE)
    # The clients have the other thread: a server dies with the thread that started it.
    with ThreadPoolExecutor(1) as pool, closing(gate):
        gate.execute(
            f"SELECT FROM coupons_campaignallowance WHERE campaign = 'claim-{RUSH}' FOR UPDATE".encode()
        )
        later = pool.submit(together, portal.port, portal.key, lives[EARLY:], clients=12)
        wait_for_claims(portal, 4)
        portal.kill_workers()
        [(killed_at,)] = portal.sql("SELECT clock_timestamp()::text")
        wait_for_claims(portal, 2, since=killed_at)
        assert issued(portal, f"coupon-{RUSH}") == EARLY
        portal.crash_database()
    more, told = later.result()
    answers += more
    ends = Counter((answer.status, answer.code) for [answer] in answers)
    assert ends == {(201, ""): CLAIMS, (409, "sold_out"): LATE}
    assert {answer.status for [answer] in answers[:EARLY]} == {201}
    assert issued(portal, f"coupon-{RUSH}") == CLAIMS
    assert told["connections lost"] > 0
    assert not [name for name in told if name.startswith("answers 500")], told
    again, _told = together(portal.port, portal.key, lives, clients=12)
    assert [one.body for [one] in again] == [one.body for [one] in answers], "what was told stays told"
