"""The engine over the floor of the language: the same cart decoded, one look-up for each line, an answer encoded."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.carts import BenchCart, bench_carts
from bench.clock import frozen, microseconds
from bench.measure import Measure, ratio

ROUNDS = 12
REPEATS = 10


def run() -> Iterator[Measure]:
    """Both in hot loops: a cart is asked for `REPEATS` times in a row."""
    rounds = []
    prepared = [(one, one.book(), json.dumps(dict(one.raw)), _prices(one)) for one in bench_carts("ten")]
    with frozen():
        for _ in range(ROUNDS):
            engine = floor = 0.0
            for one, book, body, prices in prepared:
                floor += microseconds(lambda: [least(body, prices) for _ in range(REPEATS)])  # noqa: B023
                engine += microseconds(lambda: [one.quote(book) for _ in range(REPEATS)])  # noqa: B023
            rounds.append(engine / floor)
    yield ratio("engine_floor_ratio", rounds, "<= 35", "floor: json of the standard library")


def _prices(one: BenchCart) -> dict[str, int]:
    return {line.sku: line.unit_price for line in one.cart.lines}


def least(body: str, prices: dict[str, int]) -> str:
    """The least that any pricing in this language does."""
    cart = json.loads(body)
    lines = []
    total = 0
    for line in cart["lines"]:
        amount = prices[line["sku"]] * line["quantity"]
        total += amount
        lines.append({"line": line["line"], "net_amount": amount})
    return json.dumps({"lines": lines, "payable_total": total + cart["shipping_fee"]})
