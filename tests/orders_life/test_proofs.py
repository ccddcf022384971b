"""The audit queries: silent on a life that went well, loud about each thing that was changed behind their back."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def life(shop: Shop) -> None:
    """One order held, one cancelled, one paid, one refunded in part, one in all."""
    numbers = {"stock": {"total": 50, "per_sku": {"A": 40}}, "budget": {"amount": 900_000}, "restock": True}
    fair.publish(fair.flash("f", 6_000, limits={"per_customer_units": 20}, **numbers))
    gifts = {"gifts": [{"sku": "B", "quantity": 1}], "amount_off": 501}
    tiers = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": gifts}]}
    bearers = [{"party": "platform", "bps": 4_000}, {"party": "shop", "bps": 6_000}]
    fair.publish(fair.activity("gift", params=tiers, stock={"per_sku": {"B": 9}}, bearers=bearers))
    shop.held("held", 2, customer="c1")
    shop.held("cancelled", 2, customer="c1")
    shop.cancel("cancelled")
    shop.paid("paid", 3, customer="c1")
    shop.paid("part", 3, customer="c1", shipping_fee=500)
    shop.refund(
        "part", lines=[{"line": "1", "quantity": 2}], adjust=[{"line": "1", "amount": 100}], shipping=200
    )
    shop.paid("all", 3, customer="c2")
    shop.refund("all", all=True)


def test_nothing_is_found_of_a_life_that_went_well(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    life(shop)
    assert broken() == []
    call_command("audit")
    assert "orders.counters" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "proof"),
    [
        ("UPDATE orders_counter SET held = held + 1 WHERE measure = 'units' AND sku = ''", "orders.counters"),
        (
            "UPDATE orders_counter SET used = used + 1 WHERE measure = 'budget' AND bucket = 0",
            "orders.ledger_budget",
        ),
        ("UPDATE orders_counter SET used = used - 1 WHERE sku = 'B'", "orders.ledger_stock"),
        ("UPDATE orders_customeruse SET units = units - 1 WHERE customer = 'c1'", "orders.limits"),
        ("UPDATE orders_ordersegment SET units = units + 1", "orders.sums"),
        ("UPDATE orders_orderuse SET discount_amount = discount_amount + 1", "orders.discounts"),
        (
            "UPDATE orders_order SET refunded_amount = refunded_amount + 1 WHERE code = 'part'",
            "orders.refunds",
        ),
        ("UPDATE orders_order SET state = 'refunded' WHERE code = 'part'", "orders.reversals"),
        ("UPDATE orders_order SET state = 'paid', paid_at = now() WHERE code = 'held'", "orders.states"),
        ("UPDATE orders_ordersegment SET returned = 0", "orders.units"),
        (
            "INSERT INTO orders_voiding (offer, at, decided_by, orders, amount) VALUES ('f', now(), 'cleo', 1, 600)",
            "orders.voidings",
        ),
        ("UPDATE orders_order SET close_reason = 'voided' WHERE code = 'cancelled'", "orders.voidings"),
        ("DELETE FROM core_outboxevent WHERE topic = 'order.paid'", "orders.events"),
    ],
)
def test_each_proof_sees_what_it_is_for(shop: Shop, statement: str, proof: str) -> None:
    life(shop)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0
    assert any(fault.startswith(f"{proof}:") for fault in broken())


def test_an_unswept_hold_is_seen(shop: Shop, settings: pytest.FixtureRequest) -> None:
    settings.HOLD_MINUTES = -11  # type: ignore[attr-defined]
    shop.held("o1")
    assert [fault for fault in broken() if fault.startswith("orders.lapsed")] != []
