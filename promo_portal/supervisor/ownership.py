"""One data folder, one owner: file locks that vanish with their process, so kill -9 leaves nothing behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BusyError(RuntimeError):
    """Somebody else holds the lock."""


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Hold the lock file `path` within the block; raises BusyError when `wait` is False and it is taken."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    flags = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    try:
        try:
            fcntl.flock(handle, flags)
        except BlockingIOError as error:
            raise BusyError(str(path)) from error
        yield
    finally:
        os.close(handle)


def demo_lock(folder: Path) -> Path:
    """Held by the demo that runs on this data folder."""
    return folder / "demo.lock"


def server_lock(folder: Path) -> Path:
    """Held by whoever started the embedded servers and will stop them."""
    return folder / "servers.lock"


def guest_lock(folder: Path) -> Path:
    """Shared by commands that use servers which somebody else started."""
    return folder / "guests.lock"
