"""Sums of the ledgers: what they say, that nothing is counted twice or missed, and that they can be made again."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from apps.coupons.chain import COUPON_LEDGER
from apps.orders.chain import LEDGER
from apps.orders.models import LedgerEntry, Order
from apps.reporting.models import About, Borne, Buyer, Goods, Reached, Seen, Trade
from apps.reporting.rollups.rebuilding import rebuild
from apps.reporting.rollups.rolling import roll_up
from apps.sightings.noting import note
from tests.storefront import fair

TABLES = ("trade", "borne", "goods", "buyer", "couponflow")


@pytest.fixture
def traded(shop_fair: None, shop: Any) -> None:
    """Three orders of the fair: one untouched, one with half of it back, one that went back whole."""
    fair.publish(
        fair.activity(
            "ten-off", bearers=[{"party": "platform", "bps": 3_333}, {"party": "shop", "bps": 6_667}]
        )
    )
    shop.paid("o1", 1, customer="c1", channel="app")
    shop.paid("o2", 2, customer="c2", channel="app")
    shop.paid("o3", 1, sku="B", customer="c1")
    shop.paid("o4", 1, customer="c3")
    shop.held("o5", 1)
    assert shop.refund("o2", lines=[{"line": "1", "quantity": 1}]).status_code == 201
    assert shop.refund("o4", all=True).status_code == 201
    LEDGER.seal()
    COUPON_LEDGER.seal()


def sums(about: str, code: str, *names: str) -> tuple[Any, ...]:
    found = Trade.objects.filter(about=about, code=code).aggregate(**{name: Sum(name) for name in names})
    return tuple(found[name] for name in names)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every sum there is, without the numbers of rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t) - 'id' FROM reporting_{table} t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def test_an_offer_has_its_orders_goods_and_discount(traded: None) -> None:
    roll_up()
    names = ("orders", "units", "list_amount", "net_amount", "gmv_amount", "discount_amount")
    assert sums(About.OFFER, "ten-off", *names) == (3, 4, 40_000, 37_000, 37_000, 3_000)
    back = ("back_orders", "back_units", "back_list_amount", "back_net_amount", "back_discount_amount")
    assert sums(About.OFFER, "ten-off", *back) == (1, 2, 20_000, 18_500, 1_500)
    assert sums(About.ALL, "", "orders", "units", "gmv_amount") == (4, 5, 39_000)
    assert sums(About.SHOP, "S1", "orders", "net_amount") == (4, 39_000)


def test_sums_equal_the_ledger_to_the_cent(traded: None) -> None:
    roll_up()
    entries = LedgerEntry.objects.filter(what__in=["share", "shipping"], offer="ten-off")
    for bearer in ("platform", "shop"):
        told = entries.filter(bearer=bearer)
        borne = Borne.objects.filter(offer="ten-off", bearer=bearer).aggregate(
            a=Sum("amount"), b=Sum("back_amount")
        )
        assert borne["a"] == told.filter(event="redeem").aggregate(a=Sum("amount"))["a"]
        assert borne["b"] == told.filter(event="refund").aggregate(a=Sum("amount"))["a"]
    paid = Order.objects.exclude(paid_at=None).aggregate(a=Sum("list_amount"), d=Sum("discount_amount"))
    assert sums(About.ALL, "", "gmv_amount") == (paid["a"] - paid["d"],)


def test_goods_lose_what_went_back(traded: None) -> None:
    roll_up()
    a = Goods.objects.filter(offer="ten-off", sku="A").aggregate(u=Sum("units"), n=Sum("net_amount"))
    assert (a["u"], a["n"]) == (2, 18_500)
    assert Goods.objects.get(offer="", sku="B").units == 1


def test_only_who_never_ordered_anywhere_is_new(traded: None) -> None:
    """c1 is known to have had no order; of c2 and c3 nobody knows."""
    roll_up()
    assert dict(Buyer.objects.filter(offer="ten-off").values_list("customer_code", "came_new")) == {
        "c1": True,
        "c2": False,
        "c3": False,
    }
    assert Buyer.objects.get(offer="", customer_code="c1").orders == 2


def test_what_was_taken_is_not_taken_again(traded: None) -> None:
    roll_up()
    before = rows()
    roll_up()
    assert rows() == before


@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_batches_of_any_size_and_a_rebuild_give_the_same_sums(traded: None, batch: int) -> None:
    roll_up(batch=batch)
    stepwise = rows()
    assert stepwise["trade"]
    rebuild()
    assert rows() == stepwise


class Told:
    """Exposures as a shop tells them."""

    def __init__(self) -> None:
        self.number = 0

    def tell(self, type: str, customer: str = "", code: str = "ten-off") -> dict[str, Any]:
        self.number += 1
        return {
            "event": f"e{self.number}", "type": type, "code": code, "at": None, "placement": "home",
            "customer": customer, "channel": "app", "terminal": "",
        }  # fmt: skip


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.mark.django_db(transaction=True)
def test_exposures_are_counted_once_although_one_commits_late(told: Told) -> None:
    """A transaction that began earlier and ends later is taken by the next roll-up, not lost."""
    late = connection.copy()
    try:
        with late.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
            note([told.tell("exposure", "c1"), told.tell("click", "c1")], client=1)
            roll_up()
            assert Seen.objects.count() == 0, "the older transaction may still tell something"
            cursor.execute(
                "INSERT INTO sightings_sighting (day, at, client, event, type, code, placement, customer_code, channel,"
                " terminal) VALUES ((now() AT TIME ZONE 'UTC')::date, now(), 1, 'late', 'exposure', 'ten-off', 'home',"
                " 'c2', 'app', '')"
            )
            cursor.execute("COMMIT")
    finally:
        late.close()
    roll_up()
    roll_up()
    assert Seen.objects.aggregate(e=Sum("exposures"), c=Sum("clicks")) == {"e": 2, "c": 1}
    assert sorted(Reached.objects.values_list("customer_code", "clicked")) == [("c1", True), ("c2", False)]


def test_told_twice_counts_once(db: None, told: Told) -> None:
    events = [told.tell("exposure"), told.tell("click")]
    assert note(events, client=1).noted == 2
    assert note(events, client=1).noted == 0
    assert note([*events, told.tell("click")], client=1).noted == 1
    assert note(events, client=2).noted == 2, "another client has ids of its own"


def test_two_roll_ups_at_once_take_nothing_twice(traded: None) -> None:
    """The second finds the lock taken; asked while the first is under way it does nothing."""
    from apps.core.locks import AdvisoryLock, lock_number

    assert lock_number("x") != AdvisoryLock.ROLL_UP
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(2026, %s)", [AdvisoryLock.ROLL_UP.value])
            with transaction.atomic():
                assert roll_up() == 0
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert roll_up() > 0
