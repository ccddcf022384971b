"""The servers of a soak: PostgreSQL, Valkey, gunicorn and the sweeps, processes that may be killed at any moment."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from bench.portal import FROM_OUTSIDE, ROOT
from promo_portal.embedded import process
from promo_portal.embedded.postgres import DATABASE, USER, PostgresServer
from promo_portal.embedded.valkey import ValkeyServer

STOP_STEPS = ((signal.SIGTERM, 15.0), (signal.SIGQUIT, 3.0))
# Programs beside the servers may stand still for a while where the machine has much to do.
PATIENT = {"DB_POOL_SIZE": "0", "DB_LOCK_TIMEOUT_MS": "60000", "DB_IDLE_IN_TRANSACTION_MS": "300000"}
APPLICATION, UNGUARDED = "promo_portal.wsgi:application", "bench.soak.unguarded:application"


@dataclass
class Arena:
    """`application` is what gunicorn serves; `hold_seconds` how long an unpaid order keeps its price."""

    folder: Path
    hold_seconds: float = 10
    workers: int = 2
    application: str = APPLICATION
    key: str = ""
    more: dict[str, str] = field(default_factory=dict)
    web: process.Process | None = None
    keeper: process.Process | None = None

    def __post_init__(self) -> None:
        self.postgres = PostgresServer(self.folder / "postgres")
        self.valkey = ValkeyServer(self.folder / "valkey")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "bench.soak.settings",
            "SOAK_HOLD_SECONDS": str(self.hold_seconds),
            "PORTAL_MODE": "demo",
            "ALLOW_PUBLISH": "1",
            "PORTAL_DATA_DIR": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "WEB_CONCURRENCY": str(self.workers),
            "LOG_LEVEL": "ERROR",
            **self.more,
        }

    def start(self, *seed: str) -> None:
        self.postgres.start()
        self.valkey.start()
        self.key = self.ask("seed", *seed)["key"]
        self.start_web()
        self.start_keeper()

    def stop(self) -> None:
        for running in (self.keeper, self.web):
            process.stop(running, STOP_STEPS)
        self.valkey.stop()
        self.postgres.stop()

    def ask(self, module: str, *arguments: str, within: float = 900) -> Any:
        """Run a program of bench.soak.inside; the last line that it prints is its answer as JSON."""
        command = [sys.executable, "-P", "-m", f"bench.soak.inside.{module}", *arguments]
        environment = {**self.environment, **PATIENT}
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=within
        )
        if done.returncode:
            raise RuntimeError(f"{module}: {done.stderr.strip()[-1_500:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def start_web(self) -> None:
        conf = str(ROOT / "promo_portal" / "gunicorn_conf.py")
        command = ["-m", "gunicorn", self.application, "-c", conf, "--no-control-socket"]
        metrics = self.folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        self.web = process.spawn(
            [sys.executable, *command, "-b", f"127.0.0.1:{self.port}"],
            log=self.folder / "web.log",
            folder=ROOT,
            environment={**self.environment, "PROMETHEUS_MULTIPROC_DIR": str(metrics)},
        )
        self.wait_until_ready()

    def start_keeper(self) -> None:
        """What Celery does for a portal, in one process: lapse, void, end what is used up, relay, seal."""
        self.keeper = process.spawn(
            [sys.executable, "-P", "-m", "bench.soak.inside.keeper"],
            log=self.folder / "keeper.log",
            folder=ROOT,
            environment={**self.environment, "DB_POOL_SIZE": "0"},
        )

    def wait_until_ready(self, within: float = 60) -> None:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            with suppress(OSError, HTTPException):
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            connection.close()
            assert self.web is None or self.web.poll() is None, (self.folder / "web.log").read_text()[-2_000:]
            time.sleep(0.05)
        raise RuntimeError(
            f"not ready after {within:.0f} s: {(self.folder / 'web.log').read_text()[-2_000:]}"
        )

    def workers_now(self) -> list[int]:
        """The pids of gunicorn's workers."""
        assert self.web is not None
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill_worker(self) -> None:
        """kill -9 of one web worker, whatever it is doing."""
        workers = self.workers_now()
        if workers:
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)

    def kill_workers(self) -> None:
        """kill -9 of all of them; gunicorn starts others."""
        for worker in self.workers_now():
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def kill_keeper(self) -> None:
        if self.keeper is not None:
            self.keeper.kill()
            self.keeper.wait(10)
        self.start_keeper()

    def crash_database(self) -> float:
        """An immediate stop, as after a power cut, and a start; the seconds until it answers again."""
        began = time.monotonic()
        running, self.postgres.process = self.postgres.process, None
        assert running is not None
        running.send_signal(signal.SIGQUIT)
        running.wait(30)
        self.postgres.start()
        return time.monotonic() - began

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements by themselves; the rows of the last one, if it gives any."""
        with psycopg.connect(
            host=str(self.postgres.socket), user=USER, dbname=DATABASE, autocommit=True
        ) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def arena(**options: Any) -> Iterator[Arena]:
    """An arena in a folder that goes away with everything that ran in it; started by whoever asked for it."""
    folder = Path(tempfile.mkdtemp(prefix="portal-soak-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user and must pass through
    made = Arena(folder, **options)
    try:
        yield made
    finally:
        made.stop()
        for left in (made.postgres.socket, made.valkey.socket.parent, folder):
            shutil.rmtree(left, ignore_errors=True)
