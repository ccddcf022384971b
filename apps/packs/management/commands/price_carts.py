"""`price_carts [--pack FILE] < carts.jsonl > quotes.jsonl`: prices carts without a database or any server."""

from __future__ import annotations

import gc
import json
import multiprocessing
import sys
import traceback
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from threading import Semaphore
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandParser

from apps.carts.problem import problem
from apps.packs.carts import CartPricer
from apps.packs.document import read_pack
from apps.packs.loading import load_file
from apps.packs.members import members_beside
from apps.packs.offline import OfflinePack
from apps.pricing.faults import Findings

BATCH = 64
WAITING = 4  # batches for each process that may wait to be priced or printed

# Set before the processes are forked, so that they share the compiled pack.
_pricer = CartPricer()


class Command(BaseCommand):
    help = "Prices carts (one JSON object per line, with as_of) from standard input; needs no database."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pack", type=Path, help="the pack for lines that bring none")
        parser.add_argument("--processes", type=_processes, default=1, help="how many to price with (1)")

    def handle(self, *args: object, **options: Any) -> None:
        global _pricer
        _pricer = CartPricer(read_pack_file(options["pack"]) if options["pack"] else None)
        gc.collect()
        gc.freeze()
        lines = (line for line in sys.stdin.buffer if line.strip())
        processes = options["processes"]
        answers = map(_answer, lines) if processes == 1 else _in_processes(lines, processes)
        failed = 0
        try:
            for answer, sound in answers:
                sys.stdout.buffer.write(answer)
                sys.stdout.buffer.flush()
                failed += not sound
        except BrokenPipeError:  # whoever reads has seen enough
            sys.stdout = None
        if failed:
            sys.exit(1)


def read_pack_file(path: Path) -> OfflinePack:
    """The compiled pack; prints every fault as `path: what is wrong` and exits when it has any."""
    findings = Findings()
    raw = load_file(path, findings)
    if not findings.faults:
        document = read_pack(raw, findings, members_file=members_beside(path.parent))
    if findings.faults:
        for fault in findings.faults:
            sys.stderr.write(f"{fault}\n")
        sys.exit(1)
    return OfflinePack(document)


def _answer(line: bytes) -> tuple[bytes, bool]:
    """The line to print, and False when our own code failed on it (a cart that is refused is no failure)."""
    try:
        return _encoded(_pricer.answer(line)), True
    except Exception:
        traceback.print_exc()
        return _encoded({"error": problem(500, "internal_error", "This cart could not be priced.")}), False


def _encoded(answer: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # a path repeats half of a surrogate pair
        return json.dumps(answer).encode() + b"\n"


def _in_processes(lines: Iterator[bytes], processes: int) -> Iterator[tuple[bytes, bool]]:
    """Batches go out to forked processes and come back in order; only a few are under way at a time."""
    slots = Semaphore(processes * WAITING)

    def batches() -> Iterator[list[bytes]]:
        while batch := list(islice(lines, BATCH)):
            slots.acquire()
            yield batch

    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for answers in pool.imap(_answer_batch, batches()):
            slots.release()
            yield from answers


def _answer_batch(lines: Iterable[bytes]) -> list[tuple[bytes, bool]]:
    return [_answer(line) for line in lines]


def _processes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise ArgumentTypeError("must be 1 to 256")
    return int(text)
