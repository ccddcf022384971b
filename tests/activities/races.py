"""Two people at the same instant: threads with their own connections, and a meeting between check and write."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet

from apps.offers.versions.handlers import SubjectHandler

PATIENCE = 0.6


class Meeting:
    """Holds each of two for a moment: without a guard both get here before either writes.

    With one the second is kept out by the first's lock; the first then goes on alone after a while.
    """

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def met(*arguments: Any, **keywords: Any) -> Any:
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(PATIENCE)
            return function(*arguments, **keywords)

        return met


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of all calls, each made by a thread of its own; an exception is a result."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[index] = call()
        except Exception as problem:
            results[index] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i, call)) for i, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def codes(results: list[Any]) -> list[str]:
    """`ok` or the code (else the class) of the exception, sorted."""
    return sorted(
        getattr(result, "code", type(result).__name__) if isinstance(result, Exception) else "ok"
        for result in results
    )


def take_guards_away(monkeypatch: Any) -> None:
    """For controls: no row is locked any more, and what was read once in a decision is not read again."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self.all())
    seen = threading.local()
    read = SubjectHandler.lock

    def read_once(self: SubjectHandler, request: Any) -> Any:
        if not hasattr(seen, "thing"):
            seen.thing = read(self, request)
        return seen.thing

    monkeypatch.setattr(SubjectHandler, "lock", read_once)


TRIGGERS = (
    ("approvals_approvalrequest", "approvals_request_check"),
    ("approvals_approvaldecision", "approvals_decision_check"),
    ("activities_activityversion", "activities_activityversion_guard"),
    ("activities_activity", "activities_activity_guard"),
)


def switch_triggers(state: str) -> None:
    """ENABLE or DISABLE what the database itself would refuse."""
    with connection.cursor() as cursor:
        for table, trigger in TRIGGERS:
            cursor.execute(f"ALTER TABLE {table} {state} TRIGGER {trigger}")
