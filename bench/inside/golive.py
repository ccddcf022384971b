"""Quotes a cart before and while everything goes live: the service with its database, in a process of its own."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable
from typing import IO

from django.db import connection

from apps.orders.book import KEEPER
from apps.orders.carried import STAFF
from apps.orders.quoting import quote

BEFORE_SECONDS = 6.0


def main() -> None:
    body = sys.argv[1].encode()
    KEEPER.load()
    assert quote_once(body)["optimal"]
    swept: dict[str, float] = {}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bench.inside.sweep"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as sweeper:
        assert sweeper.stdin is not None
        assert sweeper.stdout is not None
        assert sweeper.stdout.readline() == "ready\n"
        warm_until = time.perf_counter() + 1
        samples_while(body, lambda: time.perf_counter() < warm_until)
        until = time.perf_counter() + BEFORE_SECONDS
        before = samples_while(body, lambda: time.perf_counter() < until)
        sweeper.stdin.write("go\n")
        sweeper.stdin.flush()
        during = samples_while(body, lambda: not readable(sweeper.stdout))
        swept = json.loads(sweeper.stdout.readline())
    print(json.dumps({**swept, "before": before, "during": during}))


def quote_once(body: bytes) -> dict[str, object]:
    return quote(body, asker=STAFF, check_preview=lambda: None)


def samples_while(body: bytes, going_on: Callable[[], bool]) -> list[float]:
    """Milliseconds of each quote, one after the other."""
    samples = []
    while going_on():
        started = time.perf_counter()
        quote_once(body)
        samples.append((time.perf_counter() - started) * 1_000)
    return samples


def readable(stream: IO[str] | None) -> bool:
    return bool(select.select([stream], [], [], 0)[0])


if __name__ == "__main__":
    connection.ensure_connection()
    main()
