"""`./run demo`: everything that a portal needs, started in order, watched, and stopped in the reverse order."""

import http.client
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType

from promo_portal.supervisor import prepare
from promo_portal.supervisor.children import Child, stop_all
from promo_portal.supervisor.environment import BASE_DIR, Place, child_environment
from promo_portal.supervisor.ownership import BusyError, demo_lock, locked, server_lock
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
        self.listener = stack.enter_context(_listen(self.options.port))
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
            status, answer = _ask(self.options.port, "/readyz")
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


def _listen(port: int) -> socket.socket:
    """The web server's socket, taken before anything starts and kept over its restarts.

    Tried for some seconds: the web server of a killed demo may still be on its way out.
    """
    for _attempt in range(50):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1024)
        except OSError:
            listener.close()
            time.sleep(0.1)
        else:
            return listener
    raise DemoError(f"port {port} is in use; give another --port")


def _ask(port: int, path: str) -> tuple[int, str]:
    """Status and body; 0 and the reason while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()
