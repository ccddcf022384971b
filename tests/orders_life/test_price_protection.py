"""价保: what an order's goods became cheaper is paid back once, as an adjustment, by who may."""

from __future__ import annotations

from typing import Any

import pytest

from apps.activities import services
from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.orders.models import LedgerEntry, Order
from apps.orders.repricing import price_today
from apps.orders.services.protecting import protect_price
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def bought(shop: Shop, **fields: Any) -> Order:
    shop.paid("o1", 2, customer="c1", **fields)
    return Order.objects.get(code="o1")


def test_a_flash_sale_that_came_later_is_paid_back_once(shop: Shop) -> None:
    order = bought(shop)
    fair.publish(fair.flash("f", 7_000))
    kim = person("kim", "customer_service")

    found = price_today(order)
    assert found is not None
    assert [(line.units, line.paid, line.today, line.back) for line in found.lines] == [
        (2, 20_000, 14_000, 6_000)
    ]
    for actor, reason, error in ((person("ann", "operator"), "r", Forbidden), (kim, " ", DomainError)):
        with pytest.raises(error):
            protect_price(order=order, actor=actor, reason=reason, expected=6_000)
    with pytest.raises(DomainError) as refused:
        protect_price(order=order, actor=kim, reason="asked", expected=5_999)
    assert refused.value.code == "refund_changed"
    assert not order.refunds.exists()

    answer = protect_price(order=order, actor=kim, reason="asked on the phone", expected=6_000)

    assert (answer["refund_total"], answer["adjustments"], answer["lines"]) == (
        6_000,
        [{"line": "1", "amount": 6_000}],
        [],
    )
    assert list(LedgerEntry.objects.filter(event="adjust").values_list("amount", flat=True))[:1] == [6_000]
    entry = AuditEntry.objects.get(action="order.refund")
    assert (entry.actor, entry.after["refund_total"]) == ("user:kim", 6_000)
    assert "asked on the phone" in entry.reason
    with pytest.raises(DomainError) as over:
        protect_price(order=order, actor=kim, reason="again", expected=6_000)
    assert over.value.code == "no_difference"


def test_only_what_was_kept_counts_and_today_is_the_catalogues(shop: Shop) -> None:
    order = bought(shop)
    shop.refund(lines=[{"line": "1", "quantity": 1}])
    Sku.objects.filter(pk="A").update(price_amount=9_000)
    found = price_today(order)
    assert found is not None
    assert [(line.units, line.paid, line.today, line.back) for line in found.lines] == [
        (1, 10_000, 9_000, 1_000)
    ]
    shop.refund(refund="r2", all=True)
    assert price_today(order) is None


def test_a_line_that_became_dearer_takes_from_one_that_became_cheaper(shop: Shop) -> None:
    lines = [{"line": "1", "sku": "A", "quantity": 1}, {"line": "2", "sku": "B", "quantity": 1}]
    shop.post("orders", {"currency": "CNY", "order": "o1", "lines": lines})
    shop.pay("o1")
    paid = Order.objects.get(code="o1")
    now_b = Sku.objects.get(pk="B").price_amount
    Sku.objects.filter(pk="A").update(price_amount=9_000)
    Sku.objects.filter(pk="B").update(price_amount=now_b + 400)
    found = price_today(paid)
    assert found is not None
    assert ([line.back for line in found.lines], found.difference) == ([600, 0], 600)
    Sku.objects.filter(pk="B").update(price_amount=now_b + 1_000)
    again = price_today(paid)
    assert again is not None
    assert again.difference == 0


def test_an_offer_that_is_paused_gives_nothing_back(shop: Shop) -> None:
    fair.publish(fair.flash("f", 7_000))
    order = bought(shop)
    services.pause(thing=Activity.objects.get(code="f"), actor=person("ann", "operator"), reason="wrong")
    found = price_today(order)
    assert found is not None
    assert found.difference == 0
