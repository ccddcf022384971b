"""100,000 activities in a database: compiling the book from it, following a change, all of them going live at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.measure import Measure, median, percentile
from bench.portal import portal

OFFERS = 100_000


def run() -> Iterator[Measure]:
    with portal(OFFERS) as here:
        book = here.ask("book")
        assert book["offers"] == OFFERS
        yield Measure(
            "book_compile_s", book["compile_s"], aim="<= 10", note="100,000 activities, from the database"
        )
        yield median("book_delta_ms", book["delta_ms"], "<= 50", "one change of the journal read and put in")
        yield Measure("book_mib", book["mib"], aim="<= 256", note="resident memory that the book adds")
        found = here.ask("golive", json.dumps(here.cart))
        assert found["flipped"] == OFFERS - here.live
        yield Measure(
            "golive_sweep_s", found["seconds"], aim="<= 30", note="100,000 approved activities begin"
        )
        before, during = percentile(found["before"], 0.99), percentile(found["during"], 0.99)
        note = f"p99 {before:.1f} ms before, {during:.1f} ms during ({len(found['during'])} quotes)"
        yield Measure("golive_quote_p99_ratio", during / before, aim="<= 2", note=note)
