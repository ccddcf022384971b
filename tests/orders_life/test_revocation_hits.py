"""What a revocation would hit, told to whoever signs it: counted as things stand."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from apps.activities import services as activities
from apps.activities.models import Activity
from apps.impact.revocation import hits_of
from apps.impact.revocation.counting import of_campaign, of_offer
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


@pytest.fixture
def sale(db: None) -> Activity:
    return fair.publish(fair.flash("f", 6_000, stock={"total": 9}, placements=["home-top"]))


def test_orders_that_hold_it_and_those_of_the_last_hour(shop: Shop, sale: Activity) -> None:
    """Given two unpaid orders and a paid one at 60 off 100, when it is asked what hangs on it, then each is counted."""
    shop.held("o1", 2)
    shop.held("o2", 1)
    shop.paid("o3", 1)
    shop.order("other", sku="B")
    found = of_offer("f")
    assert (found.held_orders, found.held_discount, found.held_payable) == (2, 12_000, 18_000)
    assert (found.recent_orders, found.recent_discount) == (3, 16_000)
    assert found.held_until is not None
    assert (found.promised_coupons, found.unused_coupons) == (0, 0)


def test_the_page_tells_it_before_anybody_signs(shop: Shop, sale: Activity) -> None:
    shop.held("o1", 2)
    asked = activities.request_revocation(thing=sale, actor=person("olga", "operator"), reason="wrong price")
    with override("en"):
        told = {str(hit.label): hit.value for hit in hits_of(asked)}
    assert told["Unpaid orders"] == "1 order"
    paul = person("paul", "approver")
    paul.is_staff = True
    paul.save()
    client = Client()
    client.force_login(paul)
    client.cookies["django_language"] = "en"
    page: Any = client.get(reverse("admin:approvals_approvalrequest_change", args=[asked.pk]))
    text = page.content.decode()
    assert 'id="pp-hits"' in text
    assert "they keep this price until" in text
    assert "home-top" in text


def test_nothing_is_told_of_other_requests(sale: Activity) -> None:
    olga = person("olga", "operator")
    activities.pause(thing=Activity.objects.get(code="f"), actor=olga, reason="look")
    asked = activities.request_resume(thing=Activity.objects.get(code="f"), actor=olga)
    assert hits_of(asked) == []


def test_nothing_hangs_on_what_nobody_used(db: None) -> None:
    assert of_offer("nothing").held_orders == 0
    assert of_campaign("nothing").unused == 0
