"""The portal's own processes: web, worker and Beat, each with its log, restarted when one dies."""

import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from promo_portal.embedded import process
from promo_portal.supervisor.environment import BASE_DIR

MAX_RESTARTS = 5
STOP_STEPS = ((signal.SIGTERM, 15.0), (signal.SIGQUIT, 3.0))


@dataclass
class Child:
    """One supervised process; `command` is what follows the Python interpreter."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    handles: tuple[int, ...] = ()
    # What it gets when its supervisor was killed.
    death_signal: signal.Signals = signal.SIGTERM
    running: process.Process | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.starts.append(time.monotonic())
        self.running = process.spawn(
            [sys.executable, *self.command],
            log=self.log,
            folder=BASE_DIR,
            environment=self.environment,
            handles=self.handles,
            death_signal=self.death_signal,
        )

    @property
    def exit_status(self) -> int | None:
        return None if self.running is None else self.running.poll()

    @property
    def hopeless(self) -> bool:
        """Whether it died so often within a minute that starting it again is no use."""
        recent = [start for start in self.starts if time.monotonic() - start < 60]
        return len(recent) > MAX_RESTARTS


def stop_all(children: list[Child]) -> None:
    """Ask all of them to finish at once, then wait for each; whoever does not finish is killed."""
    for child in children:
        if child.exit_status is None and child.running is not None:
            child.running.terminate()
    for child in children:
        process.stop(child.running, STOP_STEPS)
        child.running = None
