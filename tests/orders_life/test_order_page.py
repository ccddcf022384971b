"""The order's page in the admin: found, explained, refunded and cancelled by who may."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.models import AuditEntry
from apps.orders.models import Order, Refund
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def window(*roles: str) -> Client:
    user = person("sam", *roles)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, code: str = "o1") -> Any:
    return client.get(reverse("admin:orders_order_change", args=[Order.objects.get(code=code).pk]))


def do(client: Client, what: str, **fields: Any) -> Any:
    return client.post(reverse(f"admin:orders_order_{what}", args=[Order.objects.get(code="o1").pk]), fields)


def test_an_order_is_found_by_id_customer_and_activity(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    shop.held("o1", customer="c1")
    shop.held("o2", customer="c2")
    client = window("customer_service")
    for term, found in (("o1", ["o1"]), ("c2", ["o2"]), ("f", ["o1"]), ("nothing", [])):
        answer = client.get(reverse("admin:orders_order_changelist"), {"q": term})
        assert [order.code for order in answer.context["cl"].result_list] == found


def test_the_page_explains_the_price(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000))
    fair.publish(
        fair.activity(
            "full-400",
            params={"metric": "amount", "tiers": [{"at": 40_000, "benefit": {"amount_off": 6_000}}]},
        )
    )
    shop.held("o1", 2, customer="c1")
    answer = page(window("analyst"))
    assert answer.context["result"].payable == 12_000
    text = answer.content.decode()
    assert "¥200" in text
    assert "¥120" in text
    assert "¥280" in text  # what is missing to 400
    assert 'id="pp-cancel"' not in text


def test_customer_service_refunds_with_a_reason(shop: Shop) -> None:
    shop.paid("o1", 3)
    client = window("customer_service")
    do(client, "refund", **{"units:1": "1", "fault": "merchant", "reason": ""})
    do(client, "refund", **{"units:1": "x", "fault": "merchant", "reason": "torn"})
    assert Refund.objects.count() == 0
    do(client, "refund", **{"units:1": "1", "fault": "merchant", "reason": "torn"})
    refund = Refund.objects.get()
    assert (refund.total_amount, refund.fault, refund.reason) == (10_000, "merchant", "torn")
    entry = AuditEntry.objects.get(action="order.refund")
    assert (entry.actor, entry.subject_code, entry.reason) == ("user:sam", "o1", "torn")
    do(client, "refund", all="1", fault="customer", reason="rest")
    assert Order.objects.get().state == "refunded"


def test_customer_service_cancels_what_is_unpaid(shop: Shop) -> None:
    shop.held("o1")
    client = window("customer_service")
    assert 'id="pp-cancel"' in page(client).content.decode()
    do(client, "cancel", reason="asked by phone")
    assert (Order.objects.get().state, Order.objects.get().close_reason) == ("cancelled", "asked by phone")


@pytest.mark.parametrize("role", ["operator", "approver", "analyst", "auditor", "administrator"])
def test_others_may_not(shop: Shop, role: str) -> None:
    shop.paid("o1")
    before = Order.objects.values().get()
    client = window(role)
    assert do(client, "refund", all="1", fault="customer", reason="r").status_code == 403
    assert do(client, "cancel", reason="r").status_code == 403
    assert Order.objects.values().get() == before
    assert not AuditEntry.objects.filter(action__startswith="order.").exists()
