"""The bench reports what it promises; nothing here is timed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.carts import bench_carts, disagreements
from bench.crowd import crowd_book
from bench.families import FAMILIES, chosen, known_names, results_of
from bench.measure import LeftOut, Measure, percentile
from bench.refusals import coupon_offers, refused_offers

ROOT = Path(__file__).resolve().parent.parent.parent
#: of the six parts of the project those figures that exist by now
PROMISED = {
    "engine_us_n10",
    "engine_us_n1000",
    "engine_us_n100000",
    "engine_us_twelve",
    "engine_evaluations_ten",
    "engine_evaluations_twelve",
    "engine_floor_ratio",
    "engine_us_refused1000",
    "engine_us_wallet200",
    "peer_oscar_ms_n100",
    "peer_ratio_n100",
    "quote_http_ratio",
    "golive_sweep_s",
    "golive_quote_p99_ratio",
    "book_compile_s",
    "book_delta_ms",
    "book_mib",
    "refund_us",
    "baskets_per_s",
    "codes_s",
    "audience_import_rows_s",
    "membership_ms",
    "claim_ratio",
}


def test_every_promised_figure_has_a_family():
    assert set(known_names()) >= PROMISED
    assert len(known_names()) == len(set(known_names()))
    for family in FAMILIES:
        assert (ROOT / "bench" / f"{family}.py").is_file()


def test_families_are_chosen_by_the_beginning_of_a_name():
    assert chosen([]) == list(FAMILIES)
    assert chosen(["refund"]) == ["refund"]
    assert chosen(["book_mib", "peer"]) == ["starts", "peer"]
    assert chosen(["nothing"]) == []


def test_percentiles_are_samples():
    samples = [float(number) for number in range(1, 101)]
    assert (percentile(samples, 0.05), percentile(samples, 0.5), percentile(samples, 0.99)) == (5, 50, 99)
    assert percentile([7.0], 0.99) == 7


def test_the_bench_prices_carts_right_among_a_crowd():
    assert disagreements(bench_carts("ten"), crowd_book(200)) == []
    assert disagreements(bench_carts("twelve")) == []


def test_a_wrong_quote_would_be_noticed():
    carts = bench_carts("ten")
    short = [type(one)(**{**vars(one), "offers": one.offers[1:]}) for one in carts]
    assert disagreements(short) != []


def test_a_crowd_reaches_no_bench_cart():
    crowd = crowd_book(600)
    assert len(crowd.offers) == 600
    for one in bench_carts("ten"):
        assert [offer for offer, lines in crowd.reaching(one.cart.lines).items() if lines] == []


def test_refused_offers_reach_the_cart_and_are_refused_by_channel():
    one = bench_carts("ten")[0]
    book = one.book().with_changes(refused_offers(one, 50))
    refused = [entry for entry in one.quote(book).not_applied if entry.offer.code.startswith("refused-")]
    assert [entry.reason for entry in refused] == ["channel"] * 50


def test_the_coupons_of_the_wallet_clash():
    one = bench_carts("ten")[0]
    offers = coupon_offers(one, 30)
    assert {offer.layer for offer in offers} == {"platform_coupon"}
    assert len({offer.code for offer in offers}) == 30


def test_a_family_that_fails_costs_its_own_figures_only(monkeypatch):
    def broken():
        raise RuntimeError("no such thing")
        yield

    monkeypatch.setattr("bench.floor.run", broken)
    (left_out,) = results_of(["floor"], full=False)
    assert left_out == LeftOut("engine_floor_ratio", "RuntimeError: no such thing")


@pytest.mark.slow
def test_figures_are_written_by_name(tmp_path):
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--only", "refund_us", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(file.read_text())
    assert figures.keys() == {"refund_us"}
    assert figures["refund_us"] > 0
    assert "refund_us" in done.stdout
    assert isinstance(next(results_of(["refund"], full=False)), Measure)


def test_an_unknown_figure_is_refused():
    command = [sys.executable, "-m", "bench", "--only", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no such metric" in done.stderr
