"""Claims of one campaign by many clients at once, over one bare statement: a guarded UPDATE of a row, an INSERT."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.measure import Measure, ratio
from bench.portal import portal

CLIENTS, ROUNDS, SECONDS = 8, 5, 2.0
ACTIVITIES = 20


def run() -> Iterator[Measure]:
    with portal(ACTIVITIES) as here:
        rounds = here.ask("hot_campaign", str(CLIENTS), str(ROUNDS), str(SECONDS))
    parts = median(one["service"] / one["bare"] for one in rounds)
    by_request = median(one["request"] / one["one_row"] for one in rounds)
    note = (
        f"{median(one['service'] for one in rounds):,.0f} claims/s by the service, {CLIENTS} clients; "
        f"{by_request:.2f} with key and answer stored; {parts:.2f} over a counter of 16 rows"
    )
    yield ratio("claim_ratio", [one["service"] / one["one_row"] for one in rounds], aim=">= 0.5", note=note)
