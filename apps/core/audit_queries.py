"""Promises that can be checked at any time: each app registers queries that must find nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from apps.core import sealing

Find = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class AuditQuery:
    """`find` gives one sentence per broken promise; `name` is stable, `promise` says what must hold."""

    name: str
    promise: str
    find: Find


_queries: dict[str, AuditQuery] = {}


def register(name: str, promise: str, find: Find) -> None:
    _queries[name] = AuditQuery(name, promise, find)


def registered() -> Iterator[AuditQuery]:
    yield AuditQuery("core.chain", "the audit log is what was sealed", sealing.verify)
    yield from _queries.values()
