"""`./run demo`: everything that a portal needs, started in order, watched, and stopped in the reverse order."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from promo_portal.supervisor import prepare
from promo_portal.supervisor.children import Child, stop_all
from promo_portal.supervisor.environment import BASE_DIR, Place, child_environment
from promo_portal.supervisor.ownership import BusyError, demo_lock, locked, server_lock
from promo_portal.supervisor.servers import Servers

READY_TIMEOUT = 90.0
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
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Demo:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = options.place.folder
        self.logs = self.folder / "logs"
        self.servers = Servers(options.place)
        self.children: list[Child] = []
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
        except (DemoError, BusyError, RuntimeError, OSError) as error:
            sys.stderr.write(f"demo: {error}\n")
            return 1
        return 0

    def _request_stop(self, signal_number: int, frame: FrameType | None) -> None:
        """Only notes it: an exception out of a handler could tear a start step apart and lose a process."""
        if not self.stopping:
            say("stopping ...")
        self.stopping = True

    def _check(self) -> None:
        if self.stopping:
            raise StopRequested

    def _occupy(self, stack: ExitStack) -> None:
        self.logs.mkdir(exist_ok=True)
        try:
            stack.enter_context(locked(demo_lock(self.folder), wait=False))
        except BusyError:
            raise DemoError(f"a demo already runs on {self.folder}; give another --data-dir") from None
        if not _port_is_free(self.options.port):
            raise DemoError(f"port {self.options.port} is in use; give another --port")
        # A `./run manage` that started the servers for itself finishes first.
        stack.enter_context(locked(server_lock(self.folder)))

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
            self.options.place, "demo", WEB_CONCURRENCY=str(self.options.workers), PORTAL_ADDRESS=self.address
        )
        celery = ["-m", "celery", "-A", "promo_portal.celery"]
        beat_schedule = [
            "--pidfile=",
            "--scheduler",
            "celery.beat:PersistentScheduler",
            "-s",
            str(self.folder / "beat"),
        ]
        commands = {
            "web": [
                "-m",
                "gunicorn",
                "promo_portal.wsgi",
                "-c",
                "promo_portal/gunicorn_conf.py",
                "--no-control-socket",
                "-b",
                f"127.0.0.1:{self.options.port}",
            ],
            "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", *beat_schedule],
        }
        for name, command in commands.items():
            self._check()
            child = Child(name, command, environment, self.logs / f"{name}.log")
            self.children.append(child)
            child.start()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT
        while time.monotonic() < deadline:
            self._look_after_children()
            if _answers(self.options.port, "/readyz"):
                return
            time.sleep(0.1)
        raise DemoError(
            f"the web server is not ready after {READY_TIMEOUT:.0f} s, see {self.logs / 'web.log'}"
        )

    def _watch(self) -> None:
        while True:
            self._look_after_children()
            time.sleep(0.25)

    def _look_after_children(self) -> None:
        self._check()
        dead = self.servers.dead()
        if dead:
            raise DemoError(f"{dead} stopped by itself, see the logs in {self.folder}")
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
        say(f"accounts      {', '.join(prepare.ACCOUNTS)}   password  {prepare.PASSWORD}")
        say(f"keys          {self.folder / 'storefront.key'}   {self.folder / 'preview.key'}")
        say(f"logs          {self.logs}   stop with Ctrl-C")
        say(f"ready {self.address}")


def _port_is_free(port: int) -> bool:
    """Tried for some seconds: the web server of a killed demo may still be on its way out."""
    for _attempt in range(50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                time.sleep(0.1)
            else:
                return True
    return False


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
