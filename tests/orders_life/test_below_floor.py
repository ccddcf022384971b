"""Orders below a floor price: refused where an administrator has said so, nothing held, and somebody is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.audiences.models import Customer
from apps.catalog.models import Portal, Sku
from apps.catalog.services.portal import set_block_below_floor
from apps.core.errors import Forbidden
from apps.core.models import AuditEntry, OutboxEvent
from apps.core.webhooks import fan_out as relay
from apps.impact.models import Alert
from apps.orders.models import Counter, LedgerEntry, Order
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.orders_life.test_statements import statements
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def switch(on: bool) -> None:
    set_block_below_floor(on=on, actor=person(f"root-{on}", "administrator"), reason="mistakes of last week")


def cheap(floor: int = 7_000) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    Sku.objects.filter(pk="A").update(floor_price_amount=floor)


def test_nothing_is_held_and_the_lines_are_named(shop: Shop) -> None:
    cheap()
    assert shop.order("o0").status_code == 201  # the control: nobody has switched it on
    shop.cancel("o0")
    switch(True)
    held = (Order.objects.count(), LedgerEntry.objects.count(), Customer.objects.count())

    answer = shop.order("o1", 2, customer="c-new")

    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["lines"]) == (
        "below_floor",
        [{"line": "1", "sku": "A", "units": 2, "net_amount": 12_000, "floor_price": 7_000}],
    )
    assert (Order.objects.count(), LedgerEntry.objects.count(), Customer.objects.count()) == held
    assert list(Counter.objects.values_list("held", flat=True)) == [0]
    cheap_enough = shop.post(
        "quotes", {"currency": "CNY", "lines": [{"line": "1", "sku": "A", "quantity": 2}]}
    )
    assert cheap_enough.status_code == 200  # a quote tells prices and holds nothing
    Sku.objects.filter(pk="A").update(floor_price_amount=6_000)
    assert shop.order("o1", 2, customer="c-new").status_code == 201  # the id was free


def test_the_refusal_becomes_one_alert(shop: Shop) -> None:
    cheap()
    switch(True)
    for code in ("o1", "o2"):
        assert shop.order(code, customer="c1").status_code == 409
    assert OutboxEvent.objects.filter(topic="order.below_floor").count() == 2
    relay()
    alert = Alert.objects.get()
    assert (alert.kind, alert.offers, alert.times) == ("order_refused", ["f"], 2)
    good = alert.goods.get()
    assert (good.sku, good.amount, good.floor_amount, good.profile["customer"]) == ("A", 6_000, 7_000, "c1")


def test_an_order_above_its_floor_costs_no_statement_more(shop: Shop) -> None:
    cheap(6_000)
    shop.held("o0")
    without = statements(lambda: shop.order("o1"))
    switch(True)
    shop.quote()
    assert statements(lambda: shop.order("o2")) == without


def test_only_an_administrator_switches_it_and_the_log_says_so(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        set_block_below_floor(on=True, actor=person("ann", "operator"), reason="r")
    assert Portal.objects.get().block_below_floor is False
    root = person("root", "administrator")
    root.is_staff = True
    root.save()
    client = Client()
    client.force_login(root)
    client.post("/admin/catalog/portal/1/switch-floor/", {"_form_submitted": "True", "reason": "as agreed"})
    assert Portal.objects.get().block_below_floor is True
    entry: Any = AuditEntry.objects.get(action="portal.change")
    assert (entry.actor, entry.before, entry.after, entry.reason) == (
        "user:root",
        {"block_below_floor": False},
        {"block_below_floor": True},
        "as agreed",
    )
