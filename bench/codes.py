"""A batch of a million codes: made and stored, as the worker does it once the batch is approved."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Measure
from bench.portal import portal

CODES = 1_000_000
ACTIVITIES = 20


def run() -> Iterator[Measure]:
    with portal(ACTIVITIES) as here:
        made = here.ask("codes", str(CODES))
        assert made["codes"] == made["different"] == CODES
        note = f"{CODES:,} codes; streamed as CSV again in {made['export_s']:.0f} s"
        yield Measure("codes_s", made["seconds"], aim="<= 60", note=note)
