"""The carts of tests/data/bench.json as the engine takes them, each with the result that enumeration found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from apps.packs.document import read_pack
from apps.packs.offline import OfflinePack
from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, CartLine, Coupon, Customer
from apps.pricing.engine import price
from apps.pricing.faults import Findings
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "bench.json"
GROUPS = ("ten", "twelve")


@dataclass(frozen=True)
class BenchCart:
    """A cart with the offers that reach it."""

    id: str
    raw: Mapping[str, Any]
    cart: Cart
    as_of: datetime
    offers: tuple[Offer, ...]
    wallet: tuple[Coupon, ...]
    expected: Mapping[str, Any]

    def book(self, crowd: OfferBook | None = None) -> OfferBook:
        """The cart's own offers, among those of `crowd`."""
        return OfferBook.build(self.offers) if crowd is None else crowd.with_changes(self.offers)

    def quote(self, book: OfferBook) -> Quote:
        return price(self.cart, book, self.as_of, wallet=self.wallet)


@cache
def bench_carts(group: str) -> tuple[BenchCart, ...]:
    return tuple(read_case(case) for case in json.loads(DATA.read_text(encoding="utf-8"))[group])


def read_case(case: Mapping[str, Any]) -> BenchCart:
    """Everything is compiled anew: no object is shared with an earlier reading."""
    findings = Findings()
    document = read_pack(case["pack"], findings)
    assert not findings.faults, [str(fault) for fault in findings.faults]
    pack = OfflinePack(document)
    raw = case["cart"]
    given = raw["customer"]
    customer = Customer(given["id"], given["member_level"], given["new"], frozenset(given["audiences"]))
    cart = Cart(
        currency=raw["currency"],
        lines=tuple(
            CartLine(
                row["line"], row["sku"], row["quantity"], pack.skus[row["sku"]].price, pack.skus[row["sku"]]
            )
            for row in raw["lines"]
        ),
        customer=customer,
        channel=raw["channel"],
        terminal=raw["terminal"],
        region=raw["region"],
        shipping_fee=raw["shipping_fee"],
    )
    offers = tuple(pack.book.offers.values())
    as_of = datetime.fromisoformat(raw["as_of"])
    return BenchCart(case["id"], raw, cart, as_of, offers, tuple(pack.coupons.values()), case["expected"])


def disagreements(carts: Sequence[BenchCart], crowd: OfferBook | None = None) -> list[str]:
    """The carts whose quote is not the one that enumeration found."""
    return [one.id for one in carts if not agrees(one, one.quote(one.book(crowd)))]


def agrees(one: BenchCart, quote: Quote) -> bool:
    expected = one.expected
    nets = {line["line"]: line["net_amount"] for line in quote.to_dict()["lines"]}
    return (
        quote.discount_total == expected["discount_total"]
        and quote.shipping_discount == expected["shipping_discount"]
        and quote.payable_total == expected["payable_total"]
        and (expected["lines"] is None or nets == {k: row["net"] for k, row in expected["lines"].items()})
    )
