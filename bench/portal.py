"""A portal of the bench's own: servers and data in a folder that goes away, programs run inside it one by one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promo_portal.embedded.postgres import PostgresServer
from promo_portal.embedded.valkey import ValkeyServer

ROOT = Path(__file__).resolve().parent.parent
FROM_OUTSIDE = ("DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE")


@dataclass
class Portal:
    """Where it lies, and what its database was filled with: a cart as JSON, a key, how many activities are live."""

    folder: Path
    cart: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    live: int = 0

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "promo_portal.settings",
            "PORTAL_MODE": "demo",
            "PORTAL_DATA_DIR": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "ERROR",
        }

    def ask(self, module: str, *arguments: str) -> Any:
        """Run a program of bench.inside; the last line that it prints is its answer as JSON."""
        command = [sys.executable, "-P", "-m", f"bench.inside.{module}", *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{module}: {done.stderr.strip()[-400:]}")
        return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def portal(offers: int) -> Iterator[Portal]:
    """A database with so many activities: a cart's own are live, the others approved and due to begin."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user and must pass through
    postgres, valkey = PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey")
    try:
        postgres.start()
        valkey.start()
        made = Portal(folder)
        filled = made.ask("seed", str(offers))
        made.cart, made.key, made.live = filled["cart"], filled["key"], filled["live"]
        yield made
    finally:
        valkey.stop()
        postgres.stop()
        for left in (postgres.socket, valkey.socket.parent, folder):
            shutil.rmtree(left, ignore_errors=True)
