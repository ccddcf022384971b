"""The cache and the broker flushed, killed, absent: prices and orders go on."""

import subprocess
import sys

import pytest
import redis

from bench.portal import ROOT
from bench.soak.arena import Arena
from tests.faults.clients import buy, sold, together

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]


def buys(portal: Arena, first: int) -> list[list[int]]:
    answers, told = together(portal.port, portal.key, [buy(0, first + n) for n in range(10)])
    assert not told, told
    return [[answer.status for answer in life] for life in answers]


def test_orders_go_on_without_the_cache(portal: Arena) -> None:
    """Given a cache that is flushed, then killed, then absent at a start of the web server, then orders go on."""
    redis.Redis(unix_socket_path=str(portal.valkey.socket)).flushall()
    assert buys(portal, 0) == [[201, 200]] * 10
    assert portal.valkey.process is not None
    portal.valkey.process.kill()
    portal.valkey.process.wait(10)
    try:
        assert buys(portal, 10) == [[201, 200]] * 10
        portal.kill_worker()
        portal.wait_until_ready()
        assert [life[-1] for life in buys_again(portal)] == [200] * 10
    finally:
        portal.valkey.start()
    assert sold(portal, 0) == (0, 30)


def buys_again(portal: Arena) -> list[list[int]]:
    """A killed worker may cost a connection, never an order."""
    answers, _told = together(portal.port, portal.key, [buy(0, 20 + n) for n in range(10)])
    return [[answer.status for answer in life] for life in answers]


def test_a_web_server_starts_without_the_cache(portal: Arena) -> None:
    absent = {"CACHE_URL": "unix:///nonexistent/valkey.sock", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    check = "import django; django.setup(); from apps.core import warmup; warmup.run_all(); print('warm')"
    done = subprocess.run(
        [sys.executable, "-c", check],
        env={**portal.environment, **absent},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip().endswith("warm"), done.stderr[-500:]
