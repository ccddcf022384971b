"""Real processes against the real database: forked, each with its own connection, started at one instant.

A `Meeting` makes processes wait for each other at a crash point, so that a race happens every time.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import BrokenBarrierError
from typing import Any

import orjson
from django.db import connection, connections, transaction

from apps.core import crash
from apps.orders import services
from apps.orders.errors import OrderRefused
from apps.orders.services import holding, refunding, settling

FORK = multiprocessing.get_context("fork")
PATIENCE = 10.0
LOOK_EVERY = 0.05
# Who waits for the rows of somebody who waits for them at a meeting: such a one cannot come.
KEPT_AWAY = """
SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'
AND EXISTS (SELECT FROM pg_stat_activity b WHERE b.pid = ANY(pg_blocking_pids(a.pid))
    AND b.state = 'idle in transaction')
"""


class Meeting:
    """Everybody who comes to `place` waits there for all others, or until it is clear that they cannot come."""

    def __init__(self, place: str, people: int) -> None:
        self.place = place
        self.barrier = FORK.Barrier(people)
        self.in_vain = 0

    def come(self, place: str) -> None:
        if place == self.place:
            with suppress(BrokenBarrierError):
                self.barrier.wait(PATIENCE)

    def end_if_in_vain(self, done: int) -> None:
        """Lets those at the meeting go on when all others are done or, seen twice, kept away by them."""
        here = self.barrier.n_waiting
        self.in_vain = self.in_vain + 1 if here and here + done + kept_away() >= self.barrier.parties else 0
        if self.in_vain == 2:
            self.barrier.abort()


def kept_away() -> int:
    with connection.cursor() as cursor:
        cursor.execute(KEPT_AWAY)
        return int(cursor.fetchone()[0])


def at_once(jobs: Sequence[Callable[[], Any]], meeting: Meeting | None = None) -> list[Any]:
    """What each job gives, run by a process of its own; the code of a refusal is a result like another."""
    connections.close_all()
    start = FORK.Barrier(len(jobs))
    results: Any = FORK.SimpleQueue()
    processes = [
        FORK.Process(target=_run, args=(number, job, start, results, meeting))
        for number, job in enumerate(jobs)
    ]
    for process in processes:
        process.start()
    found: dict[int, Any] = {}
    while len(found) < len(processes):
        if results.empty():
            time.sleep(LOOK_EVERY)
            if meeting is not None:
                meeting.end_if_in_vain(len(found))
        else:
            number, result = results.get()
            found[number] = result
    for process in processes:
        process.join(30)
    return [found[number] for number in range(len(jobs))]


def _run(number: int, job: Callable[[], Any], start: Any, results: Any, meeting: Meeting | None) -> None:
    if meeting is not None:
        for module in (crash, holding, settling, refunding):
            module.crash_point = meeting.come  # type: ignore[attr-defined]
    try:
        start.wait(30)
        result = job()
    except Exception as error:
        result = getattr(error, "code", None) or traceback.format_exc()
    results.put((number, result))
    connections.close_all()
    os._exit(0)  # nothing of the parent's is to be cleaned up here


def order(code: str, quantity: int = 1, sku: str = "A", **fields: Any) -> int | str:
    """What an order costs, or the code of its refusal."""
    lines = [{"line": "1", "sku": sku, "quantity": quantity}]
    body = {"currency": "CNY", "lines": lines, "order": code, **fields}
    try:
        with transaction.atomic():
            answer = services.place_order(orjson.dumps(body), client=1, shop=None)
    except OrderRefused as refused:
        return refused.code
    return answer["payable_total"]


def pay(code: str) -> str:
    with transaction.atomic():
        return services.pay_order(code=code, shop=None)["state"]


def cancel(code: str) -> str:
    with transaction.atomic():
        return services.cancel_order(code=code, shop=None)["state"]


def refund_all(code: str, refund: str) -> int:
    asked = refunding.read_refund(orjson.dumps({"refund": refund, "fault": "customer", "all": True}))
    with transaction.atomic():
        return services.refund_order(code=code, shop=None, asked=asked)["refund_total"]
