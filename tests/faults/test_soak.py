"""A small soak, as `./run bench soak` runs a large one, and that it notices what is broken."""

import os
import subprocess
import sys

import pytest

from bench.portal import ROOT

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

SMALL = (
    "--attempts",
    "2000",
    "--attempts-a-drop",
    "400",
    "--seconds",
    "10",
    "--hold-seconds",
    "3",
    "--kill-every",
    "3",
    "--stop-every",
    "4",
)


def soak(*more: str) -> tuple[int, str]:
    command = [sys.executable, "-P", "-m", "bench", "soak", *SMALL, *more]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return done.returncode, done.stdout + done.stderr[-2_000:]


def test_nothing_is_lost_and_exactly_everything_is_sold() -> None:
    status, told = soak()
    assert status == 0, told
    assert "\n0 faults" in told
    assert "0 web workers" not in told
    assert "immediate stops     0" not in told


def test_control_counters_without_their_guard_sell_more() -> None:
    status, told = soak("--control", "guard", "--seconds", "4")
    assert status == 1, told
    assert "\nFAULT orders.counters: " in told


def test_control_commits_that_are_not_on_disk_are_missed() -> None:
    status, told = soak("--control", "durability")
    assert status == 1, told
    assert "\nFAULT lost: " in told  # an order, its last step, or an answer; which of them chance decides
