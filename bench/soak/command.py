"""`./run bench soak`: figures on the screen; exit status 1 if anything is off."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.portal import ROOT
from bench.soak.arena import UNGUARDED, Arena, arena
from bench.soak.plan import ATTEMPTS_A_DROP, drops

PROCESSES = 2
CONTROLS = ("durability", "guard")
CLOSE_WITHIN = 60.0
# A stop while nobody buys tells nothing: it waits until somebody just did.
JUST_BOUGHT = """SELECT count(*) FROM orders_order WHERE state = 'held'
AND held_until > clock_timestamp() + interval '1 second' * ({hold} - 0.5)"""
A_FEW = 3


@dataclass
class Faults:
    """What was done to the servers, and how long the database was away for it."""

    workers: int = 0
    keepers: int = 0
    stops: int = 0
    away: list[float] = field(default_factory=list)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="./run bench soak", description=__doc__)
    made.add_argument(
        "--attempts", type=int, default=1_000_000, help="orders tried, unless the time is over before"
    )
    made.add_argument(
        "--attempts-a-drop",
        type=int,
        default=ATTEMPTS_A_DROP,
        metavar="N",
        help="then the next goods go on sale",
    )
    made.add_argument("--seconds", type=float, default=86_400, help="how long new attempts are made")
    made.add_argument("--buyers", type=int, default=24, help="clients at a time")
    made.add_argument("--workers", type=int, default=2, help="web processes")
    made.add_argument(
        "--hold-seconds", type=float, default=8, help="how long an unpaid order keeps its price"
    )
    made.add_argument("--kill-every", type=float, default=4, metavar="S", help="kill -9 of a web worker")
    made.add_argument(
        "--stop-every", type=float, default=15, metavar="S", help="immediate stop of PostgreSQL"
    )
    made.add_argument(
        "--control", nargs="?", const="durability", choices=CONTROLS,
        help="take a guard away, so that the soak must fail: commits that are not on disk when they are acknowledged, "
        "or counters without their guard",
    )  # fmt: skip
    return made


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    application = {"application": UNGUARDED} if options.control == "guard" else {}
    with arena(hold_seconds=options.hold_seconds, workers=options.workers, **application) as here:
        say("preparing ...")
        here.start(str(drops(options.attempts, options.attempts_a_drop)))
        break_on_purpose(here, options.control)
        began = time.monotonic()
        faults = Faults()
        results = shop(here, options, faults)
        seconds = time.monotonic() - began
        wait_for_holds(here)
        results += close(here, options, results)
        verdict = here.ask("verdict", *(str(path) for path in results))
        return report(results, verdict, faults, seconds)


def break_on_purpose(here: Arena, control: str | None) -> None:
    if control == "durability":
        here.sql(
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "SELECT pg_reload_conf()",
        )
    elif control == "guard":
        here.sql("ALTER TABLE orders_counter DROP CONSTRAINT counter_within_total")


def shop(here: Arena, options: argparse.Namespace, faults: Faults) -> list[Path]:
    """Buyers at work while servers die; the files with what they were told."""
    tasks = [task(here, options, number) for number in range(PROCESSES)]
    running = [start_buyers(path) for path, _content in tasks]
    kill_at, stop_at, tell_at = (
        time.monotonic() + every for every in (options.kill_every, options.stop_every, 10.0)
    )
    while any(one.poll() is None for one in running):
        now = time.monotonic()
        if now >= stop_at and just_bought(here, options):
            faults.away.append(here.crash_database())
            faults.stops += 1
            stop_at = time.monotonic() + options.stop_every * random.uniform(0.7, 1.3)
        elif now >= kill_at:
            here.kill_worker()
            faults.workers += 1
            if faults.workers % 3 == 0:
                here.kill_keeper()
                faults.keepers += 1
            kill_at = now + options.kill_every * random.uniform(0.5, 1.5)
        if now >= tell_at:
            say(f"{done_so_far(tasks):,} attempts, {faults.workers} workers killed, {faults.stops} stops ...")
            tell_at = now + 10
        time.sleep(0.05)
    check(running)
    return [Path(content["result"]) for _path, content in tasks]


def just_bought(here: Arena, options: argparse.Namespace) -> bool:
    [(orders,)] = here.sql(JUST_BOUGHT.format(hold=options.hold_seconds))
    return bool(orders >= A_FEW)


def close(here: Arena, options: argparse.Namespace, results: Iterable[Path]) -> list[Path]:
    """People who still ask get what is left: afterwards exactly everything is sold."""
    touched = 1 + max(one["drop"] for path in results for one in json.loads(path.read_text())["orders"])
    path, content = task(here, options, PROCESSES, first=0, step=1, attempts=touched, closing=True)
    check([start_buyers(path)])
    wait_for_holds(here)
    return [Path(content["result"])]


def task(
    here: Arena, options: argparse.Namespace, number: int, **changes: Any
) -> tuple[Path, dict[str, Any]]:
    content = {
        "port": here.port,
        "key": here.key,
        "first": number,
        "step": PROCESSES,
        "attempts": options.attempts,
        "seconds": options.seconds,
        "a_drop": options.attempts_a_drop,
        "buyers": -(-options.buyers // PROCESSES),
        "closing": False,
        "progress": str(here.folder / f"progress-{number}"),
        "result": str(here.folder / f"result-{number}.json"),
        **changes,
    }
    path = here.folder / f"task-{number}.json"
    path.write_text(json.dumps(content))
    return path, content


def start_buyers(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "bench.soak.buyers", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)


def check(running: Iterable[subprocess.Popen[bytes]]) -> None:
    if any(one.wait() for one in running):
        raise RuntimeError("buyers broke off, see above")


def done_so_far(tasks: Iterable[tuple[Path, dict[str, Any]]]) -> int:
    files = [Path(content["progress"]) for _path, content in tasks]
    return sum(int(file.read_text() or 0) for file in files if file.exists())


def wait_for_holds(here: Arena) -> None:
    """Until nothing is held any more: what was left unpaid lapses by itself."""
    deadline = time.monotonic() + CLOSE_WITHIN + here.hold_seconds
    while time.monotonic() < deadline:
        if here.sql("SELECT count(*) FROM orders_order WHERE state = 'held'")[0][0] == 0:
            time.sleep(1.5)  # and the activities that ended with it
            return
        time.sleep(0.2)
    say("holds do not lapse")


def report(results: Iterable[Path], verdict: dict[str, Any], faults: Faults, seconds: float) -> int:
    told: Counter[str] = Counter()
    odd: list[str] = []
    for path in results:
        found = json.loads(path.read_text()) if path.exists() else {"told": {}, "odd": []}
        told.update(found["told"])
        odd += found["odd"]
    attempts = told.pop("attempts", 0)
    print(f"attempts            {attempts:,} in {seconds:,.0f} s, {attempts / seconds:,.0f} a second")
    for name, count in [*sorted(verdict["orders"].items()), *sorted(told.items())]:
        print(f"  {name:<34}{count:>12,}")
    away = max(faults.away, default=0.0)
    print(f"kill -9             {faults.workers} web workers, {faults.keepers} sweepers")
    print(f"immediate stops     {faults.stops} of PostgreSQL, back after at most {away:.1f} s")
    print(f"drops sold out      {verdict['drops']}")
    for line in (*odd[:20], *verdict["faults"]):
        print(f"FAULT {line}")
    print(f"{len(odd) + verdict['count']} faults")
    return 1 if odd or verdict["count"] else 0


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
