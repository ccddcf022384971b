"""How many statements orders with coupons cost, whatever the number of lines, offers and coupons."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.activities.conftest import ann, cleo
from tests.coupons.code_cast import opened, taken
from tests.orders_coupons.purse import give, ten_off
from tests.orders_life.shop import Shop
from tests.storefront import fair

__all__ = ["ann", "cleo"]
pytestmark = pytest.mark.usefixtures("shop_fair")
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def statements(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code < 300, answer.content
    told = [query["sql"] for query in captured.captured_queries]
    return len([sql for sql in told if not sql.startswith(NOT_COUNTED)])


def cart(order: str, lines: int, **fields: Any) -> dict[str, Any]:
    rows = [{"line": str(i), "sku": ("A", "B", "Z")[i % 3], "quantity": 1} for i in range(lines)]
    return {"currency": "CNY", "lines": rows, "order": order, "customer": "c1", **fields}


def offers(number: int) -> None:
    """That many counted activities, and as many templates of each shop and of the platform; one rewards coupons."""
    for i in range(number):
        fair.publish(
            fair.flash(f"f{i}", 9_900 - i, stock={"total": 9_000}, limits={"per_customer_units": 900})
        )
        for issuer in ("platform", "S1", "S2"):
            ten_off(f"{issuer}-{i}", issuer=issuer, params=tiers(1_000, amount_off=100 + i))
    ten_off("given", params=tiers(10**6, amount_off=5))
    gives = tiers(1_000, coupons=[{"template": "given", "quantity": 2}])
    fair.publish(fair.activity("gives", params=gives, limits={"total_orders": 50}))


def tiers(at: int, **benefit: Any) -> dict[str, Any]:
    return {"metric": "amount", "tiers": [{"at": at, "benefit": benefit}]}


@pytest.mark.parametrize(("number", "lines"), [(1, 3), (3, 60)])
def test_an_order_with_coupons_and_rewards(shop: Shop, number: int, lines: int) -> None:
    offers(number)
    for issuer in ("platform", "S1", "S2"):
        for i in range(number):
            give(f"{issuer}-{i}", quantity=3)
    shop.quote(**{name: value for name, value in cart("", lines).items() if name != "order"})
    first = statements(lambda: shop.post("orders", cart("o1", lines)))
    again = statements(lambda: shop.post("orders", cart("o2", lines)))
    paid = statements(lambda: shop.post("orders/o1/pay", {}))
    cancelled = statements(lambda: shop.post("orders/o2/cancel", {}))
    refunded = statements(lambda: shop.refund("o1", all=True))
    assert (first, again, paid, cancelled, refunded) == (14, 11, 13, 13, 21)


def test_an_order_with_a_code(shop: Shop, ann: Any, cleo: Any) -> None:
    fair.publish(fair.flash("f", 9_900, stock={"total": 9_000}, limits={"per_customer_units": 900}))
    ten_off()
    codes = taken(opened(ann, cleo, template="ten"), ann, cleo)
    shop.quote(**{name: value for name, value in cart("", 3).items() if name != "order"})
    statements(lambda: shop.post("orders", cart("o1", 3, coupons=[codes[1]])))
    assert statements(lambda: shop.post("orders", cart("o2", 3, coupons=[codes[0]]))) == 14
