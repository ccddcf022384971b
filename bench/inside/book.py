"""Compiles the whole book from the database as a starting process does, then follows single changes."""

from __future__ import annotations

import json
import time
from pathlib import Path

from django.db import connection, transaction

from apps.offers.selectors import book_version
from apps.offers.services import note_change
from apps.orders.book import KEEPER

CHANGES = 40


def main() -> None:
    connection.ensure_connection()
    before = resident_mib()
    started = time.perf_counter()
    book = KEEPER.load()
    took = time.perf_counter() - started
    grown = resident_mib() - before
    codes = sorted(book.offers.offers)
    deltas = [one_change(codes[number * 7 % len(codes)]) for number in range(CHANGES)]
    print(json.dumps({"compile_s": took, "mib": grown, "delta_ms": deltas, "offers": len(codes)}))


def one_change(code: str) -> float:
    """Milliseconds to bring the book up to a journal that names one more offer."""
    with transaction.atomic():
        note_change([code])
    version = book_version()
    started = time.perf_counter()
    assert KEEPER.at_least(version).version == version
    return (time.perf_counter() - started) * 1_000


def resident_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1_024


if __name__ == "__main__":
    main()
