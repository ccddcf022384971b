"""Any sequence of refunds of one order, by units, segments, shipping and adjustments, ends at exactly what was paid."""

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.models import Brand
from apps.orders.models import LedgerEntry, Order
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.usefixtures("shop_fair"), pytest.mark.slow]
NUMBERS = itertools.count()
SHARED = [
    {"party": "platform", "bps": 3_334},
    {"party": "brand:x", "bps": 1},
    {"party": "shop", "bps": 6_665},
]
any_sequence = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.fixture
def offers(shop_fair: None) -> None:
    """Every layer of activities, borne by three: a flash price for a few, money off, a percentage, part of the fee."""
    Brand.objects.create(code="x", name="X")
    fair.publish(fair.flash("flash", 6_667, stock={"total": 2, "per": "day"}, restock=True, bearers=SHARED))
    tiers = {"metric": "amount", "tiers": [{"at": 5_000, "benefit": {"amount_off": 1_001}}]}
    fair.publish(fair.activity("shop", params=tiers, bearers=SHARED))
    tiers = {"metric": "quantity", "tiers": [{"at": 2, "benefit": {"percentage_off": 333}}]}
    fair.publish(fair.activity("platform", layer="platform", shop=None, params=tiers, bearers=SHARED))
    fee = {"layer": "shipping", "shop": None, "kind": "shipping_off", "params": {"at": 0, "value": 333}}
    fair.publish(fair.activity("fee", bearers=SHARED, **fee))


def paid_order(shop: Shop, lines: list[tuple[str, int]]) -> dict[str, Any]:
    code = f"o{next(NUMBERS)}"
    rows = [{"line": str(i), "sku": sku, "quantity": units} for i, (sku, units) in enumerate(lines)]
    return shop.paid(code, lines=rows, shipping_fee=1_000, customer="c1")


class Books:
    """What the answers said: money and shares of the units that are back, adjustments, shipping."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.listed = {line["line"]: line["unit_price"] for line in order["lines"]}
        self.left = {
            (line["line"], number): segment["units"]
            for line in order["lines"]
            for number, segment in enumerate(line["segments"])
        }
        self.fee = order["shipping_fee"] - order["shipping_discount"]
        self.money = self.adjusted = self.shipping = 0
        self.shares: Counter[tuple[str, int, str]] = Counter()

    def take(self, answer: dict[str, Any], *, adjusted_before: bool) -> None:
        for row in answer["lines"]:
            self.left[row["line"], row["segment"]] -= row["units"]
            shares = sum(share["amount"] for share in row["shares"])
            listed = self.listed[row["line"]] * row["units"]
            assert row["amount"] >= 0
            assert all(share["amount"] >= 0 for share in row["shares"])
            # What an adjustment has paid back already is missing from the money, never from the shares.
            assert (
                row["amount"] + shares == listed if not adjusted_before else row["amount"] + shares <= listed
            )
            self.money += row["amount"]
            for share in row["shares"]:
                self.shares[row["line"], row["segment"], share["offer"]] += share["amount"]
        self.adjusted += sum(one["amount"] for one in answer["adjustments"])
        self.shipping += answer["shipping"]
        assert answer["refund_total"] == sum(row["amount"] for row in answer["lines"]) + answer[
            "shipping"
        ] + sum(one["amount"] for one in answer["adjustments"])


def step(books: Books, data: Any) -> dict[str, Any]:
    """A random refund; it may ask for more than is left."""
    line = data.draw(st.sampled_from(sorted(books.listed)))
    asked: dict[str, Any] = {}
    units = data.draw(st.integers(0, 3))
    if units:
        asked["lines"] = [{"line": line, "quantity": units}]
        if data.draw(st.booleans()):
            asked["lines"][0]["segment"] = data.draw(st.integers(0, 1))
    amount = data.draw(st.sampled_from([0, 0, 1, 99, 5_000]))
    if amount:
        asked["adjust"] = [{"line": line, "amount": amount}]
    asked["shipping"] = data.draw(st.sampled_from([0, 0, 100, 667]))
    return asked


@any_sequence
@given(data=st.data())
def test_any_sequence_adds_up_to_what_was_paid(shop: Shop, offers: None, data: Any) -> None:
    """Given any steps, when the rest goes back at last, then money and shares are the list price, for each bearer."""
    skus = data.draw(st.lists(st.tuples(st.sampled_from("ABZ"), st.integers(1, 5)), min_size=1, max_size=3))
    order = paid_order(shop, skus)
    books, code = Books(order), order["order"]
    for number in range(data.draw(st.integers(0, 5))):
        before = Order.objects.filter(code=code).values().get()
        answer = shop.refund(code, f"r{number}", **step(books, data))
        if answer.status_code == 201:
            books.take(answer.json(), adjusted_before=bool(books.adjusted))
        else:
            assert answer.status_code in (409, 422, 400), answer.content
            assert Order.objects.filter(code=code).values().get() == before
    rest = shop.refund(code, "rest", all=True)
    if any(books.left.values()) or books.shipping < books.fee:
        assert rest.status_code == 201, rest.content
        books.take(rest.json(), adjusted_before=bool(books.adjusted))
    assert not any(books.left.values())
    assert books.shipping == books.fee
    assert books.money + books.adjusted + books.shipping == order["payable_total"]
    assert books.money + books.adjusted + books.shares.total() == order["list_total"]
    assert +books.shares == shares_of(order)
    assert borne(code, "hold") == borne(code, "redeem") == borne(code, "refund")
    assert shop.look(code).json()["state"] == "refunded"
    assert shop.refund(code, "more", all=True).status_code == 409
    assert broken() == []


def shares_of(order: dict[str, Any]) -> Counter[tuple[str, int, str]]:
    return Counter(
        {
            (line["line"], number, share["offer"]): share["amount"]
            for line in order["lines"]
            for number, segment in enumerate(line["segments"])
            for share in segment["shares"]
            if share["amount"]
        }
    )


def borne(code: str, event: str) -> Counter[tuple[str, int, str, str]]:
    """What each party bears of each share of goods, as the ledger has it."""
    rows = LedgerEntry.objects.filter(order__code=code, what="share", event=event)
    found: Counter[tuple[str, int, str, str]] = Counter()
    for line, segment, offer, bearer, amount in rows.values_list(
        "line", "segment", "offer", "bearer", "amount"
    ):
        found[line, segment, offer, bearer] += amount
    return +found


@any_sequence
@given(units=st.lists(st.integers(1, 3), min_size=1, max_size=4), data=st.data())
def test_full_after_partial_is_the_same_as_full_at_once(
    shop: Shop, offers: None, units: list[int], data: Any
) -> None:
    """Given two orders alike, when one goes back in parts and one at once, then both have paid back the same."""
    whole = sum(units)
    first, second = paid_order(shop, [("Z", whole)]), paid_order(shop, [("Z", whole)])
    assert first["payable_total"] == second["payable_total"]
    parts: Counter[str] = Counter()
    for number, some in enumerate(units[:-1]):
        answer = shop.refund(first["order"], f"r{number}", lines=[{"line": "0", "quantity": some}]).json()
        parts.update(_sums(answer))
    parts.update(_sums(shop.refund(first["order"], "rest", all=True).json()))
    assert parts == Counter(_sums(shop.refund(second["order"], "all", all=True).json()))


def _sums(answer: dict[str, Any]) -> dict[str, int]:
    sums = Counter({"money": answer["refund_total"], "shipping": answer["shipping"]})
    for row in answer["lines"]:
        sums.update({share["offer"]: share["amount"] for share in row["shares"]})
    return dict(sums)
