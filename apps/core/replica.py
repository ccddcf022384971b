"""Reading from a copy of the database: pages of reports ask it where there is one, everything else the primary.

A copy may be some seconds behind, which a report stands and a price does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

REPLICA = "replica"
_reading: ContextVar[bool] = ContextVar("reading_replica", default=False)


class ReplicaRouter:
    """Django asks it for every query; writes and migrations never go to the copy."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return REPLICA if _reading.get() else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db != REPLICA


@contextmanager
def reading_replica() -> Iterator[None]:
    """Within the block reads go to the copy, where `REPLICA_DATABASE_URL` names one."""
    token = _reading.set(REPLICA in connections.databases)
    try:
        yield
    finally:
        _reading.reset(token)


def reader() -> BaseDatabaseWrapper:
    """The connection for statements that only read, written by hand."""
    return connections[REPLICA if _reading.get() else DEFAULT_DB_ALIAS]


def from_replica(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that only looks: its answer is rendered before the primary is read again. A POST is left alone."""

    @wraps(view)
    def shown(site: Any, request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return view(site, request, *args, **names)
        with reading_replica():
            answer = view(site, request, *args, **names)
            return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

    return shown
