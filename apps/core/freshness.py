"""Numbers that tell whether what a process keeps in memory is still true, read beside a statement that runs anyway.

An app that caches rules by a version registers the SQL of that version. Whoever begins a request with a statement of
its own selects `columns()` with it and hands the values to `told`; for the rest of the request `seen` gives them
without asking again. Where nobody has told anything, `seen` is None and the app must ask for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_watched: dict[str, str] = {}
_seen: ContextVar[dict[str, Any] | None] = ContextVar("seen_versions", default=None)


def watch(name: str, sql: str) -> None:
    """`sql` is a scalar subquery without parameters."""
    _watched[name] = sql


def columns() -> str:
    """What to add to the columns of a SELECT: nothing, or `, (...), (...)`."""
    return "".join(f", {sql}" for sql in _watched.values())


@contextmanager
def request() -> Iterator[None]:
    """What is told inside counts until the end of the block."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def told(values: Sequence[Any]) -> None:
    """The values of `columns()`, in their order."""
    seen = _seen.get()
    if seen is not None:
        seen.update(zip(_watched, values, strict=True))


def seen(name: str) -> Any:
    """What was told in this request; None where nobody did."""
    known = _seen.get()
    return None if known is None else known.get(name)
