"""How many statements an order costs, whatever the number of lines and offers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def statements(call: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = call()
    assert answer.status_code < 300, answer.content
    told = [query["sql"] for query in captured.captured_queries]
    return len([sql for sql in told if not sql.startswith(NOT_COUNTED)])


def cart(order: str, lines: int) -> dict[str, Any]:
    skus = ("A", "B", "Z")
    rows = [{"line": str(i), "sku": skus[i % 3], "quantity": 1} for i in range(lines)]
    return {"currency": "CNY", "lines": rows, "order": order, "customer": "c1", "shipping_fee": 500}


def offers(number: int) -> None:
    """That many offers of each of three layers, all counted."""
    numbers = {"stock": {"total": 9_000}, "budget": {"amount": 10**9}, "limits": {"per_customer_units": 900}}
    for i in range(number):
        fair.publish(fair.flash(f"f{i}", 1_900 - i, scope={"mode": "all"}, **numbers))
        fair.publish(
            fair.activity(f"s{i}", priority=i, budget={"amount": 10**9}, limits={"total_orders": 90})
        )
        fee = {"layer": "shipping", "shop": None, "kind": "shipping_off", "params": {"at": 0, "value": 100}}
        fair.publish(fair.activity(f"fee{i}", **fee, limits={"total_orders": 9}))


@pytest.mark.parametrize(("number", "lines"), [(1, 1), (3, 60)])
def test_an_order_costs_the_same_whatever_is_in_it(shop: Shop, number: int, lines: int) -> None:
    offers(number)
    shop.quote()  # key and book are known by now
    assert statements(lambda: shop.post("orders", cart("o1", lines))) == 11
    assert statements(lambda: shop.post("orders", cart("o2", lines))) == 9
    quote = {name: value for name, value in cart("", lines).items() if name != "order"}
    assert statements(lambda: shop.post("quotes", quote)) == 2
    assert statements(lambda: shop.post("orders/o1/pay", {})) == 7
    assert statements(lambda: shop.post("orders/o2/cancel", {})) == 10


def test_what_is_unlimited_touches_no_counter(shop: Shop) -> None:
    fair.publish(fair.activity("full"))
    shop.quote()
    assert statements(lambda: shop.post("orders", cart("o0", 3))) == 7
    assert statements(lambda: shop.post("orders", cart("o1", 3))) == 6
    assert statements(lambda: shop.post("orders/o1/pay", {})) == 7
