"""What many offers that reach the cart cost when they cannot be used: refused by channel, or clashing as coupons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from apps.offers.compile import compile_activity, compile_template
from apps.offers.documents import read_template
from apps.pricing.book import OfferBook
from apps.pricing.cart import Coupon
from apps.pricing.faults import Findings, Reader
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from bench.carts import BenchCart, bench_carts
from bench.clock import frozen, microseconds
from bench.crowd import ENDS, STARTS, canonical_form
from bench.measure import Measure, median

CARTS = 10
ROUNDS = 15
REFUSED, COUPONS = 1_000, 200
FOUR = (Layer.ITEM, Layer.SHOP, Layer.PLATFORM, Layer.SHIPPING)

Pair = tuple[Callable[[], object], Callable[[], object]]


def run() -> Iterator[Measure]:
    carts = bench_carts("ten")[:CARTS]
    extra = _extra([_with_refused(one) for one in carts])
    yield median("engine_us_refused1000", extra, "<= 3,000", "extra, other channel")
    extra = _extra([_with_wallet(one) for one in carts])
    yield median("engine_us_wallet200", extra, "<= 5,000", "extra, 4 activities")


def _extra(pairs: Sequence[Pair]) -> list[float]:
    with frozen():
        return [microseconds(more) - microseconds(less) for _ in range(ROUNDS) for less, more in pairs]


def _with_refused(one: BenchCart) -> Pair:
    plain = one.book()
    crowded = plain.with_changes(refused_offers(one, REFUSED))
    return lambda: one.quote(plain), lambda: one.quote(crowded)


def refused_offers(one: BenchCart, count: int) -> list[Offer]:
    """Each covers one SKU of the cart, none is for its channel."""
    lines = one.cart.lines
    offers = []
    for number in range(count):
        scope = {"mode": "include", "skus": [lines[number % len(lines)].sku]}
        raw = {"layer": "item", "kind": "percentage_off", "params": {"bps": 500}, "scope": scope}
        content = canonical_form({**raw, "targeting": {"channels": ["elsewhere"]}}, STARTS, ENDS)
        offers.append(compile_activity({**content, "code": f"refused-{number}"}))
    return offers


def _with_wallet(one: BenchCart) -> Pair:
    """The first activity of each layer; then 200 coupons more, of which one can be used."""
    four = [next(o for o in one.offers if o.layer is layer and not o.is_coupon) for layer in FOUR]
    templates = coupon_offers(one, COUPONS)
    less = replace(one, offers=tuple(four), wallet=())
    more = replace(one, offers=(*four, *templates), wallet=tuple(Coupon(o.code, o.code) for o in templates))
    without, with_coupons = OfferBook.build(less.offers), OfferBook.build(more.offers)
    quote = more.quote(with_coupons)
    assert quote.optimal
    assert len(quote.coupons) == COUPONS
    return lambda: less.quote(without), lambda: more.quote(with_coupons)


def coupon_offers(one: BenchCart, count: int) -> list[Offer]:
    """Platform coupons of different thresholds, most of which the cart meets."""
    list_total = sum(line.quantity * line.unit_price for line in one.cart.lines)
    offers = []
    for number in range(count):
        at = list_total * (number % 40 + 1) // 50
        tiers = [{"at": at, "benefit": {"amount_off": max(at // 12 - number, 1)}}]
        raw = {
            "code": f"coupon-{number}",
            "name": f"coupon {number}",
            "kind": "threshold",
            "params": {"metric": "amount", "tiers": tiers},
            "validity": {"mode": "relative", "days": 7},
        }
        findings = Findings()
        content = read_template(Reader(raw, "", findings))
        assert not findings.faults, [str(fault) for fault in findings.faults]
        offers.append(compile_template(content))
    return offers
