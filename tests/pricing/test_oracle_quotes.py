"""The oracle against the worked cases of the rules and against the bench's enumerated best quotes."""

import json
from pathlib import Path

import pytest

from tests.oracle import price
from tests.oracle.invariants import broken

DATA = Path(__file__).parent.parent / "data"
QUOTES = [json.loads(row) for row in (DATA / "quotes.jsonl").read_text(encoding="utf-8").splitlines()]
BENCH = json.loads((DATA / "bench.json").read_text(encoding="utf-8"))


def assert_as_expected(case: dict) -> None:
    quote = price(case["pack"], case["cart"])
    expected = case["expected"]
    for name in ("discount_total", "shipping_discount", "payable_total"):
        assert quote[name] == expected[name], name
    nets = {row["line"]: row["net_amount"] for row in quote["lines"]}
    if expected["lines"] is not None:
        assert nets == {line: row["net"] for line, row in expected["lines"].items()}
    assert broken(case["pack"], case["cart"], quote) == []


@pytest.mark.parametrize("case", QUOTES, ids=lambda case: case["id"])
def test_worked_case(case):
    assert_as_expected(case)


def test_every_worked_case_is_here():
    assert len({case["id"] for case in QUOTES}) == len(QUOTES) == 38


@pytest.mark.parametrize("case", BENCH["ten"] + BENCH["twelve"], ids=lambda case: case["id"])
def test_best_quote_of_the_bench(case):
    assert_as_expected(case)
