"""Orders held and paid a second, eight clients on one SKU: through the portal's services, over the bare writes."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from bench.measure import Measure, ratio
from bench.portal import portal

OFFERS = 1_000
CLIENTS, ROUNDS, SECONDS = 8, 5, 2.0


def run() -> Iterator[Measure]:
    with portal(OFFERS) as here:
        rounds = here.ask("hot_sku", str(CLIENTS), str(ROUNDS), str(SECONDS))
    orders = statistics.median(one["service"] for one in rounds)
    one_row = statistics.median(one["service"] / one["one_row"] for one in rounds)
    note = f"{orders:,.0f} orders/s held and paid; {one_row:.2f} over the same with the stock in one row"
    yield ratio("order_ratio", [one["service"] / one["bare"] for one in rounds], ">= 0.5", note)
