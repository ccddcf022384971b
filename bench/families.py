"""Which bench measures what. A family is a module with `NAMES` and `run()`; it is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from bench.measure import LeftOut, Result

#: module -> its metrics; in the order of the table
FAMILIES: dict[str, tuple[str, ...]] = {
    "engine": (
        "engine_us_n10",
        "engine_us_n10_p99",
        "engine_us_n1000",
        "engine_us_n1000_p99",
        "engine_us_n100000",
        "engine_us_n100000_p99",
        "engine_n100000_over_n10",
        "engine_first_quote_ratio",
        "engine_us_twelve",
        "engine_us_twelve_p99",
        "engine_evaluations_ten",
        "engine_evaluations_twelve",
    ),
    "floor": ("engine_floor_ratio",),
    "refusals": ("engine_us_refused1000", "engine_us_wallet200"),
    "refund": ("refund_us",),
    "starts": ("book_compile_s", "book_delta_ms", "book_mib", "golive_sweep_s", "golive_quote_p99_ratio"),
    "codes": ("codes_s",),
    "audiences": ("audience_import_rows_s", "membership_ms", "catalog_file_rows_s"),
    "claims": ("claim_ratio",),
    "pushes": ("push_rows_s",),
    "over_http": ("quote_http_ratio",),
    "orders": ("order_ratio",),
    "impact": ("impact_report_s", "patrol_s"),
    "baskets": ("baskets_per_s",),
    "peer": ("peer_oscar_ms_n100", "peer_ratio_n100"),
}


def known_names() -> list[str]:
    return [name for names in FAMILIES.values() for name in names]


def chosen(only: Sequence[str]) -> list[str]:
    """The families that measure what was asked for; all where nothing was."""
    if not only:
        return list(FAMILIES)
    wanted = tuple(only)
    return [family for family, names in FAMILIES.items() if any(name.startswith(wanted) for name in names)]


def results_of(families: Sequence[str], *, full: bool) -> Iterator[Result]:
    """Run one family after the other; one that fails costs its own figures only."""
    for family in families:
        told = set()
        try:
            module = import_module(f"bench.{family}")
            for result in module.run(full=full) if family in TAKES_FULL else module.run():
                told.add(result.name)
                yield result
        except Exception as error:
            for name in FAMILIES[family]:
                if name not in told:
                    yield LeftOut(name, f"{type(error).__name__}: {error}")


TAKES_FULL = frozenset({"baskets"})
