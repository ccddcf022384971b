"""Microseconds of one call, as this thread's own CPU time: other programs on the machine are not counted."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def microseconds(call: Callable[[], object]) -> float:
    started = time.thread_time_ns()
    call()
    return (time.thread_time_ns() - started) / 1_000


@contextmanager
def frozen() -> Iterator[None]:
    """What lives long is passed over by the garbage collector, as in the product; new garbage is still collected."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
