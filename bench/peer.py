"""django-oscar's offer applicator beside the engine: the same cart, as many live offers, rounds taken in turn."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.pricing.book import lines_covered
from apps.pricing.kinds import Kind
from apps.pricing.offer import Offer
from bench.carts import BenchCart, bench_carts
from bench.clock import frozen, microseconds
from bench.crowd import crowd_book, some_skus
from bench.environments import NoEnvironmentError, interpreter
from bench.measure import LeftOut, Result, median, ratio

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".oscar"
REQUIREMENTS = HERE / "peer_requirements.txt"
LIVE = 100
ROUNDS = 7
NAMES = ("peer_oscar_ms_n100", "peer_ratio_n100")


class NoPeerError(Exception):
    """The peer does not run here."""


def run() -> Iterator[Result]:
    one = bench_carts("ten")[0]
    book = one.book(crowd_book(LIVE - len(one.offers)))
    peer, ratios = [], []
    try:
        with applicator(comparable(one)) as apply, frozen():
            one.quote(book)
            for round_ in range(ROUNDS + 1):
                theirs = apply()
                ours = [microseconds(lambda: one.quote(book)) / 1_000 for _ in range(20)]
                if round_:
                    peer.append(theirs)
                    ratios.append(theirs / (sum(ours) / len(ours)))
    except (NoPeerError, NoEnvironmentError) as error:
        yield from (LeftOut(name, f"django-oscar: {error}") for name in NAMES)
        return
    yield median("peer_oscar_ms_n100", peer, note=f"django-oscar, SQLite in memory, cart {one.id}")
    yield ratio("peer_ratio_n100", ratios, ">= 1,000", "its time over the engine's")


@contextmanager
def applicator(case: Mapping[str, Any]) -> Iterator[Any]:
    """A function that applies all offers once in the peer's process and tells the milliseconds."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))
    }
    process = subprocess.Popen(
        [str(interpreter(ENVIRONMENT, [REQUIREMENTS])), "-P", str(HERE / "peer_side.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )

    def ask(line: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if not answer:
            assert process.stderr is not None
            raise NoPeerError(f"the peer stopped: {process.stderr.read().strip()[-200:]}")
        return answer

    try:
        ask(json.dumps(case))
        yield lambda: json.loads(ask("apply"))["ms"]
    finally:
        process.terminate()
        process.wait()


def comparable(one: BenchCart) -> dict[str, Any]:
    """The cart's lines and offers in the peer's words, and more offers on other goods until `LIVE` are live."""
    lines = one.cart.lines
    prices = {line.sku: line.unit_price for line in lines}
    offers = []
    for offer in one.offers:
        covered = lines_covered(offer, lines)
        skus = [line.sku for position, line in enumerate(lines) if covered >> position & 1]
        offers.append({"code": offer.code, "skus": skus, "priority": offer.priority, **in_other_words(offer)})
    for number in range(LIVE - len(offers)):
        skus = some_skus(number, 5)
        prices.update(dict.fromkeys(skus, 1_990))
        words = OTHERS[number % len(OTHERS)]
        offers.append({"code": f"other-{number}", "skus": skus, "priority": 0, **words})
    return {"prices": prices, "lines": [(line.sku, line.quantity) for line in lines], "offers": offers}


def words(condition: str, at: float, benefit: str, value: float | None) -> dict[str, Any]:
    return {"condition": condition, "at": at, "benefit": benefit, "value": value}


OTHERS = (
    words("Count", 1, "Percentage", 10),
    words("Value", 100, "Absolute", 10),
    words("Count", 2, "Multibuy", None),
)


def in_other_words(offer: Offer) -> dict[str, Any]:
    """A condition and a benefit of the peer's that come nearest; it has neither tiers nor segments."""
    kind: Kind = offer.kind
    params = kind.to_json()
    match kind.code:
        case "threshold":
            tier = params["tiers"][0]
            units = params["metric"] == "quantity"
            condition, at = ("Count", max(tier["at"], 1)) if units else ("Value", tier["at"] / 100)
            if "percentage_off" in tier["benefit"]:
                return words(condition, at, "Percentage", tier["benefit"]["percentage_off"] / 100)
            return words(condition, at, "Absolute", tier["benefit"]["amount_off"] / 100)
        case "nth_unit" | "buy_n_pay_m":
            return words("Count", params["n"], "Multibuy", None)
        case "n_for_price":
            return words("Count", params["n"], "Fixed price", params["value"] / 100)
        case "shipping_off":
            return words("Value", params["at"] / 100, "Shipping percentage", 100)
        case "percentage_off":
            return words("Count", 1, "Percentage", params["bps"] / 100)
        case _:
            return words("Count", 1, "Percentage", 20)
