"""`./run demo`: everything that a portal needs, started in order, watched, and stopped in the reverse order."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType

from promo_portal.supervisor import prepare
from promo_portal.supervisor.children import Child, stop_all
from promo_portal.supervisor.environment import BASE_DIR, Place, child_environment
from promo_portal.supervisor.ownership import BusyError, demo_lock, locked, server_lock
from promo_portal.supervisor.port import ask, listen
from promo_portal.supervisor.servers import Servers

READY_TIMEOUT = 90.0
GUNICORN_CONF = BASE_DIR / "promo_portal" / "gunicorn_conf.py"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DemoError(RuntimeError):
    """The demo can't go on; the message says why."""


class StopRequested(Exception):
    """Somebody wants the demo to end."""


@dataclass
class Options:
    place: Place
    port: int
    workers: int
    pack: Path | None


def say(text: str) -> None:
    """Tell whoever looks; a reader that is gone, or busy with the line that a signal cut, ends nothing."""
    with suppress(OSError, RuntimeError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class Demo:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = options.place.folder
        self.logs = self.folder / "logs"
        self.servers = Servers(options.place)
        self.children: list[Child] = []
        self.listener = socket.socket()
        self.stopping = False

    def run(self) -> int:
        """The exit status: 0 after a wanted stop, 1 when something could not start or go on."""
        for signal_number in STOP_SIGNALS:
            signal.signal(signal_number, self._request_stop)
        try:
            with ExitStack() as stack:
                self._occupy(stack)
                stack.enter_context(self.servers.running())
                self._prepare()
                stack.callback(lambda: stop_all(self.children))
                self._start_children()
                self._wait_until_ready()
                self._introduce()
                self._watch()
        except StopRequested:
            say("stopped")
            return 0
        except (RuntimeError, OSError) as error:
            if self.stopping:  # Ctrl-C reaches the small programs of a start step, too, which then fails
                say("stopped")
                return 0
            sys.stderr.write(f"demo: {error}\n")
            return 1
        return 0

    def _request_stop(self, signal_number: int, frame: FrameType | None) -> None:
        """Only notes it: an exception out of a handler could tear a start step apart and lose a process."""
        if not self.stopping:
            self.stopping = True
            say("stopping ...")

    def _check(self) -> None:
        if self.stopping:
            raise StopRequested

    def _occupy(self, stack: ExitStack) -> None:
        self.logs.mkdir(exist_ok=True)
        try:
            stack.enter_context(locked(demo_lock(self.folder), wait=False))
        except BusyError:
            raise DemoError(f"a demo already runs on {self.folder}; give another --data-dir") from None
        self.listener = stack.enter_context(listen(self.options.port))
        self._wait_for_commands(stack)

    def _wait_for_commands(self, stack: ExitStack) -> None:
        """A `./run manage` that started the servers for itself finishes first; waiting can be given up."""
        told = False
        while True:
            self._check()
            try:
                stack.enter_context(locked(server_lock(self.folder), wait=False))
            except BusyError:
                if not told:
                    say("a command uses the database, waiting for its end ...")
                told = True
                time.sleep(0.1)
            else:
                return

    def _prepare(self) -> None:
        self._check()
        say("preparing the database ...")
        pack = [str(self.options.pack.resolve())] if self.options.pack else []
        command = [sys.executable, "-m", prepare.__name__, str(self.folder), *pack]
        environment = child_environment(
            self.options.place, "demo", ALLOW_PUBLISH="1", LOG_LEVEL="WARNING", DB_POOL_SIZE="0"
        )
        process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            stdout=sys.stderr,
        )
        try:
            while process.poll() is None:
                self._check()
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(10)
        if process.returncode != 0:
            raise DemoError("the database could not be prepared, see above")

    def _start_children(self) -> None:
        environment = child_environment(
            self.options.place,
            "demo",
            WEB_CONCURRENCY=str(self.options.workers),
            PROMETHEUS_MULTIPROC_DIR=str(self._empty_metrics_folder()),
        )
        for name, command in self._commands().items():
            self._check()
            handles = (self.listener.fileno(),) if name == "web" else ()
            # Beat says goodbye to the database, and would wait long for one that died with its supervisor.
            last = signal.SIGKILL if name == "beat" else signal.SIGTERM
            child = Child(name, command, environment, self.logs / f"{name}.log", handles, last)
            self.children.append(child)
            child.start()

    def _commands(self) -> dict[str, list[str]]:
        address = f"fd://{self.listener.fileno()}"
        celery = ["-m", "celery", "-A", "promo_portal.celery"]
        return {
            "web": [
                "-m",
                "gunicorn",
                "promo_portal.wsgi",
                "-c",
                str(GUNICORN_CONF),
                "--no-control-socket",
                "-b",
                address,
            ],
            "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "--pidfile="],
        }

    def _empty_metrics_folder(self) -> Path:
        """Counters of processes that are gone would be added up with the new ones."""
        folder = self.folder / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT
        answer = ""
        while time.monotonic() < deadline:
            self._look_after_children()
            status, answer = ask(self.options.port, "/readyz")
            if status == HTTPStatus.OK:
                return
            time.sleep(0.1)
        raise DemoError(
            f"not ready after {READY_TIMEOUT:.0f} s, see {self.logs / 'web.log'}; last answer: {answer}"
        )

    def _watch(self) -> None:
        while True:
            self._look_after_children()
            time.sleep(0.25)

    def _look_after_children(self) -> None:
        self._check()
        revived = self.servers.revive()
        if revived:
            say(f"{revived} stopped by itself, started again")
        for child in self.children:
            if child.exit_status is None:
                continue
            if child.hopeless:
                raise DemoError(f"{child.name} keeps dying, see {child.log}")
            say(f"{child.name} ended with status {child.exit_status}, starting it again")
            child.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.options.port}/"

    def _introduce(self) -> None:
        say(f"Promo Portal  {self.address}admin/   API  {self.address}api/docs/")
        names = ", ".join(account.username for account in prepare.accounts())
        say(f"accounts      {names}   password  {prepare.PASSWORD}")
        say(f"keys          {self.folder / 'storefront.key'}   {self.folder / 'preview.key'}")
        say(f"logs          {self.logs}   stop with Ctrl-C")
        say(f"ready {self.address}")
