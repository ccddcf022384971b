"""The impact report of a draft that reaches every SKU, and a night's patrol: 100,000 SKUs, 1,000 other offers."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Measure
from bench.portal import portal

SKUS = 100_000
OFFERS = 1_000


def run() -> Iterator[Measure]:
    with portal(OFFERS) as here:
        found = here.ask("impact", str(SKUS))
    yield Measure("impact_report_s", found["report"]["seconds"], note=_searched(found["report"]))
    yield Measure("patrol_s", found["patrol"]["seconds"], note=_walked(found["patrol"]))


def _searched(report: dict[str, int]) -> str:
    return (
        f"{report['classes']:,} classes of {SKUS:,} SKUs; {report['searched']:,} searched, {report['carts']:,} carts "
        f"among other goods, {report['open']:,} in carts of their own only, {report['unsearched']:,} not; "
        f"{report['mib']:,} MiB"
    )


def _walked(patrol: dict[str, int]) -> str:
    return f"{patrol['low']:,} SKUs too cheap; {patrol['mib']:,} MiB"


__all__ = ["run"]
