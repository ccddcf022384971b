"""One quote from the offer book: by the number of live offers, the first on a fresh book, twelve interacting offers."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence

from apps.pricing.book import OfferBook
from bench.carts import DATA, BenchCart, bench_carts, disagreements, read_case
from bench.clock import frozen, microseconds
from bench.crowd import crowd_book
from bench.measure import Measure, Result, median, p99, ratio

SIZES = (10, 1_000, 100_000)
ROUNDS = 15
LATER = 5
TEN_AIM, TEN_P99_AIM = "<= 700", "<= 3,000"


def run() -> Iterator[Result]:
    ten, twelve = bench_carts("ten"), bench_carts("twelve")
    wrong = disagreements(ten) + disagreements(twelve) + disagreements(ten, crowd_book(1_000))
    if wrong:
        raise AssertionError(f"not the best quote: {', '.join(wrong)}")
    yield from _by_size(ten)
    yield _first_over_later()
    yield from _twelve(twelve)
    for group, carts, aim in (("ten", ten, "<= 35"), ("twelve", twelve, "<= 90")):
        yield median(
            f"engine_evaluations_{group}", [float(one.quote(one.book()).evaluations) for one in carts], aim
        )


def _by_size(carts: Sequence[BenchCart]) -> Iterator[Measure]:
    """Run by run the sizes take turns; every run is all carts."""
    crowds = {size: crowd_book(size - len(carts[0].offers)) for size in SIZES}
    books = {size: [one.book(crowd) for one in carts] for size, crowd in crowds.items()}
    samples: dict[int, list[float]] = {size: [] for size in SIZES}
    ratios = []
    with frozen():
        for round_ in range(ROUNDS + 1):
            taken = {size: _one_run(carts, books[size]) for size in _turned(SIZES, round_)}
            if round_ == 0:
                continue  # the processor warms up
            for size, times in taken.items():
                samples[size].extend(times)
            ratios.append(statistics.median(taken[100_000]) / statistics.median(taken[10]))
    for size in SIZES:
        yield median(f"engine_us_n{size}", samples[size], TEN_AIM, undisturbed(samples[size], len(carts)))
        yield p99(f"engine_us_n{size}_p99", samples[size], TEN_P99_AIM)
    yield ratio("engine_n100000_over_n10", ratios, "<= 1.2")


def _turned(sizes: Sequence[int], by: int) -> Sequence[int]:
    by %= len(sizes)
    return [*sizes[by:], *sizes[:by]]


def _one_run(carts: Sequence[BenchCart], books: Sequence[OfferBook]) -> list[float]:
    return [microseconds(lambda: one.quote(book)) for one, book in zip(carts, books, strict=True)]  # noqa: B023


def _first_over_later() -> Measure:
    """Each cart on a book compiled for it alone, from documents never compiled before."""
    cases = json.loads(DATA.read_text(encoding="utf-8"))["ten"]
    crowd = crowd_book(1_000)
    ratios = []
    for _ in range(3):
        fresh = [read_case(case) for case in cases]
        books = [one.book(crowd) for one in fresh]
        with frozen():
            for one, book in zip(fresh, books, strict=True):
                first = microseconds(lambda: one.quote(book))  # noqa: B023
                later = [microseconds(lambda: one.quote(book)) for _ in range(LATER)]  # noqa: B023
                ratios.append(first / statistics.median(later))
    return median("engine_first_quote_ratio", ratios, "<= 1.3", "compiled anew, 1,000 live offers")


def _twelve(carts: Sequence[BenchCart]) -> Iterator[Measure]:
    books = [one.book() for one in carts]
    with frozen():
        samples = [time for _ in range(ROUNDS * 2) for time in _one_run(carts, books)]
    yield median("engine_us_twelve", samples, "<= 2,000", undisturbed(samples, len(carts)))
    yield p99("engine_us_twelve_p99", samples, "<= 15,000")


def undisturbed(samples: Sequence[float], carts: int) -> str:
    """The median over the carts of each one's fastest run: what is left where neighbours take the processor's time."""
    fastest = [min(samples[at::carts]) for at in range(carts)]
    return f"{statistics.median(fastest):,.0f} with each cart at its fastest"
