"""One partial refund computed: some units of a line that three offers discounted and an adjustment touched."""

from __future__ import annotations

from collections.abc import Iterator

from apps.pricing.refund import PaidSegment, adjust, return_from_line
from bench.clock import frozen, microseconds
from bench.measure import Measure, median

ROUNDS = 3_000


def run() -> Iterator[Measure]:
    shares = (("shop", 1_234), ("platform", 777), ("coupon", 1_001))
    line = [
        PaidSegment(2, 9_900, "flash", 1_910, shares=(("shop", 333), ("platform", 100), ("coupon", 57))),
        PaidSegment(5, 9_900, shares=shares),
    ]
    line = adjust(line, 500)
    with frozen():
        samples = [microseconds(lambda: return_from_line(line, 6)) for _ in range(ROUNDS)]
    yield median("refund_us", samples, "<= 200", "6 of 7 units in 2 segments, after an adjustment")
