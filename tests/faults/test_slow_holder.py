"""A process that stands still while it holds the hottest row."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bench.portal import ROOT
from bench.soak.arena import Arena
from bench.soak.plan import FLASH, wish
from tests.faults.clients import buy, sold, together

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]


def holder(portal: Arena, drop: int, **environment: str) -> "subprocess.Popen[str]":
    body = json.dumps(wish(f"stopped-{drop}", "stopped", drop, 1, FLASH, budget=False))
    command = [sys.executable, "-P", "-m", "tests.faults.stopped_holder", body]
    return subprocess.Popen(
        command,
        env={**portal.environment, "DB_POOL_SIZE": "0", **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def stopped(portal: Arena) -> Iterator[list["subprocess.Popen[str]"]]:
    holders: list[subprocess.Popen[str]] = []
    yield holders
    for one in holders:
        if one.poll() is None:
            one.kill()
        one.wait(10)


def said(one: "subprocess.Popen[str]") -> str:
    assert one.stdout is not None
    return one.stdout.readline().strip()


def test_a_holder_that_stands_still_holds_nobody_up_for_long(
    portal: Arena, stopped: list["subprocess.Popen[str]"]
) -> None:
    """Given a process stopped before its commit, then others buy within seconds, and when it goes on it has nothing."""
    together(portal.port, portal.key, [buy(10, 0)])
    one = holder(portal, 10)
    stopped.append(one)
    assert said(one) == "holding"
    began = time.monotonic()
    answers, told = together(portal.port, portal.key, [buy(10, n) for n in range(1, 9)])
    waited = time.monotonic() - began
    assert [[answer.status for answer in life] for life in answers] == [[201, 200]] * 8
    assert told["answers 503 unavailable"] >= 1
    assert waited < 15
    os.kill(one.pid, signal.SIGCONT)
    assert said(one).startswith("failed")
    assert portal.sql("SELECT FROM orders_order WHERE code = 'stopped-10'") == []
    assert sold(portal, 10) == (0, 9)


def test_control_without_the_timeout_it_holds_everybody_up(
    portal: Arena, stopped: list["subprocess.Popen[str]"]
) -> None:
    """Given no limit to standing still, then nobody else gets the row until it goes on; then its order counts."""
    together(portal.port, portal.key, [buy(11, 0)])
    one = holder(portal, 11, DB_IDLE_IN_TRANSACTION_MS="0")
    stopped.append(one)
    assert said(one) == "holding"
    time.sleep(5)
    rows = portal.sql(
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE a.state = 'idle in transaction' AND l.relation = 'orders_counter'::regclass"
    )
    assert rows[0][0] >= 1
    os.kill(one.pid, signal.SIGCONT)
    assert said(one) == "committed"
    assert sold(portal, 11) == (1, 1)
