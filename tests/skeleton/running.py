"""Starts and stops real demos for the tests, and finds every process that belongs to one."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OWN_SETTINGS = (
    "DATABASE_URL",
    "CACHE_URL",
    "CELERY_BROKER_URL",
    "DJANGO_SETTINGS_MODULE",
    "PORTAL_MODE",
    "SECRET_KEY",
)


_ports = iter(range(20_000 + os.getpid() % 10_000, 32_000))


def free_port() -> int:
    """Another one each time, below the range that the kernel hands out, so that nobody else gets it by chance."""
    for port in _ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")


def clean_environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    return {**kept, "PORTAL_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}


class RunningDemo:
    """`supervisor demo` as `./run demo` execs it, in a process group of its own like a shell's job."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder.parent / f"{folder.name}.out"
        command = [sys.executable, "-m", "promo_portal.supervisor", "demo"]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--data-dir", str(folder), "--workers", "1", *arguments],
                cwd=ROOT,
                env=clean_environment(folder),
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def lines(self) -> list[str]:
        return self.output.read_text().splitlines()

    def wait_ready(self, timeout: float = 120) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if f"ready http://127.0.0.1:{self.port}/" in self.lines():
                return
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.1)
        raise AssertionError(self.output.read_text())

    def wait_for_line(self, text: str, timeout: float = 60) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not any(text in line for line in self.lines()):
            time.sleep(0.02)

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def stop(self, signal_number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal_number)
        return self.process.wait(60)


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "promo_portal.supervisor", "manage", *arguments],
        cwd=ROOT,
        env=clean_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def processes_of(folder: Path) -> list[str]:
    """The command of every process that names the folder in its arguments or environment, or stands in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            words += os.readlink(entry / "cwd").encode()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
