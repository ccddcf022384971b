"""Starts a server process that neither hears our terminal nor outlives us."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from promo_portal.embedded.unprivileged import Account

PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec is no time to look for a library.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Process = subprocess.Popen[bytes]


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    folder: Path = Path("/"),
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    handles: Sequence[int] = (),
) -> Process:
    """Start `command` in a session of its own, its output appended to `log`.

    `handles` are open files that it inherits. When this process dies, even by kill -9, Linux sends
    `death_signal` to the new one.
    """
    account = account or Account()

    def die_with_parent() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))

    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload]
            [*account.prefix, *command],
            cwd=folder,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=tuple(handles),
            preexec_fn=die_with_parent,
            **account.popen_options,
        )


def stop(process: Process | None, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn and wait its seconds; last of all, kill what is left of the process' session."""
    if process is None:
        return
    for signal_number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
