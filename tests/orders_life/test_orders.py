"""An order's life over HTTP: held, paid, cancelled, lapsed; in the wrong state refused, and nothing changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from apps.activities.models import Activity
from apps.activities.services import lower_stock
from apps.approvals.models import Notice
from apps.audiences.models import Customer
from apps.core.clock import database_now, frozen
from apps.core.models import OutboxEvent
from apps.orders.chain import LEDGER
from apps.orders.exhaustion import finish_used_up
from apps.orders.models import Counter, Draw, LedgerEntry, Order, OrderSegment
from apps.orders.tasks import lapse, seal_ledger
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def counters() -> list[tuple[str, str, str, int, int, int]]:
    """(offer, measure, SKU, total, held, used) of each counter, its buckets together."""
    rows = Counter.objects.order_by("offer", "measure", "sku").values_list("offer", "measure", "sku")
    return list(rows.annotate(Sum("total"), Sum("held"), Sum("used")))


def later(minutes: float) -> Any:
    """The clock that many minutes on."""
    return frozen(database_now() + timedelta(minutes=minutes))


def test_an_order_holds_what_it_takes(shop: Shop) -> None:
    """Given a flash sale with 5 in stock, when 2 are ordered, then they are held at that price for 15 minutes."""
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}, budget={"amount": 100_000}))
    answer = shop.held("o1", 2, customer="c1")
    assert (answer["order"], answer["state"], answer["payable_total"]) == ("o1", "held", 12_000)
    assert answer["refunds"] == []
    assert answer["lines"][0]["segments"][0]["shares"] == [{"offer": "f", "amount": 8_000}]
    assert counters() == [("f", "budget", "", 100_000, 8_000, 0), ("f", "units", "", 5, 2, 0)]
    order = Order.objects.get(code="o1")
    assert order.held_until - order.as_of == timedelta(minutes=15)
    assert answer["held_until"] == order.held_until.isoformat()
    segment = OrderSegment.objects.get(order=order)
    assert (segment.units, segment.item_offer, segment.item_reduction_amount) == (2, "f", 4_000)
    assert list(LedgerEntry.objects.values_list("event", "what", "offer", "units", "amount", "bearer")) == [
        ("hold", "share", "f", 2, 8_000, "platform")
    ]
    events = OutboxEvent.objects.filter(topic__startswith="order.")
    assert list(events.values_list("topic", "subject")) == [("order.held", "o1")]


def test_paying_sells_what_was_held(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    answer = shop.paid("o1", 2, customer="c1")
    assert (answer["state"], answer["payable_total"]) == ("paid", 12_000)
    assert answer["paid_at"] is not None
    assert counters() == [("f", "units", "", 5, 0, 2)]
    assert Customer.objects.get(code="c1").orders == 1
    events = list(LedgerEntry.objects.order_by("id").values_list("event", "what", "amount"))
    assert events == [("hold", "share", 8_000), ("redeem", "share", 8_000), ("redeem", "payment", 12_000)]
    again = shop.pay("o1")
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "wrong_state", "paid")
    assert counters() == [("f", "units", "", 5, 0, 2)]


def test_cancelling_releases_everything(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}, limits={"per_customer_units": 2}))
    shop.held("o1", 2, customer="c1")
    assert shop.held("o2", 1, customer="c1")["payable_total"] == 10_000
    answer = shop.cancel("o1", reason="changed my mind")
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (
        200,
        "cancelled",
        "changed my mind",
    )
    assert counters() == [("f", "units", "", 5, 0, 0)]
    assert shop.held("o3", 2, customer="c1")["payable_total"] == 12_000
    assert shop.pay("o1").json()["state"] == "cancelled"


def test_a_hold_lapses_by_the_clock_alone(shop: Shop) -> None:
    """Given no sweep has run, when the time is over, then it cannot be paid; the sweep releases it once."""
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    shop.held("o1", 1)
    with later(15.1):
        refused = shop.pay("o1")
        assert (refused.status_code, refused.json()["code"]) == (409, "hold_expired")
        assert shop.look("o1").json()["state"] == "expired"
        assert shop.cancel("o1").json()["state"] == "expired"
        assert counters() == [("f", "units", "", 1, 1, 0)]
        assert lapse() == 1
        assert lapse() == 0
        assert counters() == [("f", "units", "", 1, 0, 0)]
        assert shop.pay("o1").json()["code"] == "hold_expired"
        assert shop.held("o2", 1)["payable_total"] == 6_000


def test_a_hold_can_be_paid_to_its_last_moment(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    held = shop.held("o1", 1)
    with frozen(Order.objects.get(code="o1").held_until - timedelta(microseconds=1)):
        assert lapse() == 0
        assert shop.pay("o1").json()["payable_total"] == held["payable_total"]


def test_what_stock_does_not_cover_is_sold_at_list_price(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    assert shop.held("o1", 3)["payable_total"] == 22_000
    quote = shop.quote()
    assert quote["offers"] == []
    assert quote["not_applied"] == [
        {"offer": "f", "coupon": None, "reason": "sold_out", "held_units": 2},
    ]
    assert Draw.objects.get().amount == 2


def test_the_price_expected_is_checked(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    refused = shop.order("o1", 2, expected_payable=20_000)
    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    assert refused.json()["quote"]["payable_total"] == 12_000
    assert Order.objects.count() == 0
    assert counters() == []
    assert shop.held("o1", 2, expected_payable=12_000)["state"] == "held"


def test_an_order_id_is_used_once_for_ever(shop: Shop) -> None:
    shop.held("o1")
    assert shop.order("o1").json()["code"] == "order_exists"
    shop.cancel("o1")
    assert shop.order("o1").json()["code"] == "order_exists"


def test_unknown_orders(shop: Shop) -> None:
    for answer in (shop.look("nope"), shop.pay("nope"), shop.cancel("nope"), shop.look("%00")):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_order")


def test_a_customer_with_orders_here_is_not_new(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, targeting={"new_customers_only": True}))
    new = {"id": "c9", "new": True}
    assert shop.held("o1", customer=new)["payable_total"] == 6_000
    assert shop.held("o2", customer=new)["payable_total"] == 10_000
    shop.cancel("o1")
    shop.cancel("o2")
    assert shop.held("o3", customer=new)["payable_total"] == 6_000
    assert shop.pay("o3").status_code == 200
    assert shop.held("o4", customer=new)["payable_total"] == 10_000
    assert Customer.objects.get(code="c9").orders is None


def test_limits_of_orders_and_days(shop: Shop) -> None:
    fair.publish(fair.activity("full", limits={"per_customer_per_day_orders": 1, "total_orders": 2}))
    assert shop.held("o1", 2, customer="c1")["payable_total"] == 19_000
    assert shop.held("o2", 2, customer="c1")["payable_total"] == 20_000
    with later(24 * 60):
        lapse()
        assert shop.held("o3", 2, customer="c1")["payable_total"] == 19_000
        assert shop.held("o4", 2, customer="c2")["payable_total"] == 19_000
        assert shop.held("o5", 2, customer="c3")["payable_total"] == 20_000


def test_a_budget_gives_the_whole_discount_or_none(shop: Shop) -> None:
    fair.publish(fair.activity("full", budget={"amount": 1_500}))
    assert shop.held("o1", 2)["discount_total"] == 1_000
    assert shop.held("o2", 2)["discount_total"] == 0
    shop.cancel("o1")
    assert shop.held("o3", 2)["discount_total"] == 1_000


def test_the_payment_that_takes_the_last_ends_the_activity(shop: Shop) -> None:
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    shop.held("o1", 1)
    shop.held("o2", 1)
    shop.pay("o1")
    activity.refresh_from_db()
    assert activity.status == "live"
    shop.pay("o2")
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason) == ("ended", "sold_out")
    assert shop.quote()["not_applied"][0]["reason"] == "sold_out"


def test_a_budget_below_its_smallest_discount_ends_the_activity(shop: Shop) -> None:
    activity = fair.publish(fair.activity("full", budget={"amount": 1_500}))
    shop.paid("o1", 2)
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason) == ("ended", "budget_exhausted")


def test_a_held_order_keeps_its_price_when_the_activity_is_over(shop: Shop) -> None:
    fair.publish(
        fair.flash(
            "f", 6_000, stock={"total": 2}, ends_at=(database_now() + timedelta(minutes=5)).isoformat()
        )
    )
    shop.held("o1", 1)
    with later(6):
        assert shop.order("o2", 1).json()["payable_total"] == 10_000
        assert shop.pay("o1").json()["payable_total"] == 6_000


def test_gifts_are_held_with_the_order(shop: Shop) -> None:
    benefit = {"gifts": [{"sku": "B", "quantity": 2}]}
    tiers = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": benefit}]}
    fair.publish(fair.activity("gift", params=tiers, stock={"per_sku": {"B": 3}}))
    assert shop.held("o1")["gifts"] == [{"offer": "gift", "sku": "B", "quantity": 2, "granted": True}]
    assert shop.held("o2")["gifts"] == [
        {"offer": "gift", "sku": "B", "quantity": 1, "granted": True},
        {"offer": "gift", "sku": "B", "quantity": 1, "granted": False, "reason": "out_of_stock"},
    ]
    assert counters() == [("gift", "units", "B", 3, 3, 0)]
    shop.cancel("o1")
    assert counters() == [("gift", "units", "B", 3, 1, 0)]


def test_faults_of_an_order_are_told_all_at_once(shop: Shop) -> None:
    body = {"currency": "CNY", "lines": [], "as_of": fair.DURING, "expected_payable": -1}
    refused = shop.post("orders", body)
    assert refused.status_code == 400
    assert sorted((e["path"], e["code"]) for e in refused.json()["errors"]) == [
        ("as_of", "unknown_key"),
        ("expected_payable", "minimum"),
        ("lines", "empty"),
        ("order", "required"),
    ]


def test_the_sweep_ends_what_a_lowered_stock_left_nothing_of(shop: Shop) -> None:
    """Given 3 of 10 sold and the stock lowered to 3, when the sweep comes, then the activity is over."""
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": 10}))
    shop.paid("o1", 3)
    assert finish_used_up() == 0
    lower_stock(activity=activity, value=3, actor=person("oz", "operator"), reason="damaged")
    assert finish_used_up() == 1
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason) == ("ended", "sold_out")


def test_a_lowered_stock_holds_at_once_and_a_hold_still_counts(shop: Shop) -> None:
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": 2_000}))
    shop.held("o1", 5)
    lower_stock(activity=activity, value=8, actor=person("oz", "operator"), reason="damaged")
    assert shop.held("o2", 5)["payable_total"] == 3 * 6_000 + 2 * 10_000
    assert counters() == [("f", "units", "", 8, 8, 0)]
    shop.cancel("o1")
    assert shop.held("o3", 6)["payable_total"] == 5 * 6_000 + 10_000


def test_owners_hear_of_half_four_fifths_and_nearly_all(shop: Shop) -> None:
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": 20}))
    Activity.objects.filter(pk=activity.pk).update(owner=person("oz", "operator"))
    for number, units in enumerate((9, 1, 5, 1, 3), start=1):
        shop.paid(f"o{number}", units)
        finish_used_up()
        finish_used_up()
    told = Notice.objects.order_by("id").values_list("code", "params__level")
    assert list(told) == [("activity.units_gone", level) for level in (50, 80, 95)]


def test_the_ledger_is_sealed(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000))
    shop.paid("o1")
    assert seal_ledger() == 3
    assert list(LEDGER.verify()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_ledgerentry DISABLE TRIGGER orders_ledgerentry_no_change")
        cursor.execute("UPDATE orders_ledgerentry SET amount = amount + 1 WHERE event = 'redeem'")
    assert len(list(LEDGER.verify())) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_order SET state = 'held'",
        "UPDATE orders_order SET state = 'cancelled', closed_at = now(), paid_at = NULL",
        "UPDATE orders_order SET payable_amount = 1",
        "DELETE FROM orders_order",
        "UPDATE orders_ledgerentry SET amount = 0",
        "DELETE FROM orders_ledgerentry",
    ],
)
def test_the_database_itself_refuses(shop: Shop, statement: str) -> None:
    shop.paid("o1")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
