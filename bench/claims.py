"""Claims of one campaign by many clients at once, over one bare statement: a guarded UPDATE and an INSERT."""

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
    by_request = median(one["request"] / one["bare"] for one in rounds)
    one_row = median(one["service"] / one["one_row"] for one in rounds)
    note = (
        f"{median(one['service'] for one in rounds):,.0f} claims/s by the service, {CLIENTS} clients; "
        f"{by_request:.2f} with key and answer stored; {one_row:.2f} over a counter of one row"
    )
    yield ratio("claim_ratio", [one["service"] / one["bare"] for one in rounds], aim=">= 0.5", note=note)
