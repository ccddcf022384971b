"""A mass grant: customers a second who get a coupon of their own, with its ledger entry and event, each once."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Measure
from bench.portal import portal

PEOPLE = 100_000
OFFERS = 100


def run() -> Iterator[Measure]:
    with portal(OFFERS) as here:
        found = here.ask("push", str(PEOPLE))
    assert found["granted"] == PEOPLE
    note = f"{PEOPLE:,} customers of a list, budget in money and number, one worker"
    yield Measure("push_rows_s", PEOPLE / found["seconds"], note=note)
