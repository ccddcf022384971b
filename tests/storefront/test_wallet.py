"""`GET /customers/{id}/coupons`: newest first, by the state that the clock gives."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Shop as Seller
from apps.core.clock import database_now, frozen
from apps.coupons.lifecycle import Source
from apps.coupons.models import Coupon, CouponTemplate
from apps.coupons.services.issue import How, Wanted, issue
from apps.storefront import answers
from apps.storefront.services.keys import add_client, issue_key
from tests.coupons.world import a_template
from tests.orders_life.shop import Shop, fresh_process, key, shop

__all__ = ["fresh_process", "key", "shop"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings: Any) -> None:
    settings.ALLOW_PUBLISH = True


def give(template: str = "ten-off", quantity: int = 1, customer: str = "c1") -> list[str]:
    """The codes of new coupons, the oldest first."""
    with transaction.atomic():
        made = issue([Wanted(template, customer, quantity)], How(source=Source.LOTTERY), now=database_now())
    return [one.code for one in sorted(made, key=lambda one: one.id)]


def wallet(shop: Shop, customer: str = "c1", **query: Any) -> answers.Wallet:
    answer = shop.get(f"customers/{customer}/coupons", query)
    assert answer.status_code == 200, answer.content
    return msgspec.json.decode(answer.content, type=answers.Wallet)


def test_newest_first_page_by_page_in_one_statement(shop: Shop) -> None:
    a_template()
    codes = give(quantity=5)
    give(customer="another")
    wallet(shop)
    with CaptureQueriesContext(connection) as captured:
        first = wallet(shop, limit=2)
    assert len(captured) == 1
    second = wallet(shop, limit=2, cursor=first.next)
    third = wallet(shop, limit=2, cursor=second.next)
    assert [one.coupon for page in (first, second, third) for one in page.results] == codes[::-1]
    assert third.next is None
    assert first.results[0].name == "满100减10券"
    assert wallet(shop, "nobody").results == []


def test_states_by_the_clock(shop: Shop) -> None:
    a_template()
    old, voided = give()[0], give("ten-off")[0]
    a_template("another")
    held = give("another")[0]
    Coupon.objects.filter(code=held).update(state="held", order_code="o1")
    later = database_now() + timedelta(days=8)
    with frozen(later):
        new = give()[0]
        told = {one.coupon: one.state for one in wallet(shop).results}
        assert told == {old: "expired", voided: "expired", held: "held", new: "unused"}
        assert [one.coupon for one in wallet(shop, status="unused").results] == [new]
        assert [one.coupon for one in wallet(shop, status="expired").results] == [voided, old]
        assert {one.coupon for one in wallet(shop, status="held,unused").results} == {held, new}
        assert wallet(shop, status="held").results[0].order == "o1"
        CouponTemplate.objects.filter(code="ten-off").update(voided_at=database_now())
        assert [one.coupon for one in wallet(shop, status="void").results] == [new, voided, old]


def test_what_is_no_state_is_refused(shop: Shop) -> None:
    answer = shop.get("customers/c1/coupons", {"status": "unused,gone"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "status"
    assert shop.get("customers/a b/coupons", {}).status_code == 400


def test_a_key_of_one_shop_sees_its_own_coupons_and_the_platform_s(shop: Shop) -> None:
    seller = Seller.objects.create(code="S1", name="S1")
    Seller.objects.create(code="S2", name="S2")
    a_template()
    a_template("mine", issuer="S1")
    a_template("theirs", issuer="S2")
    for template in ("ten-off", "mine", "theirs"):
        give(template)
    text = issue_key(client=add_client(name="s1", shop=seller.code), scopes=["storefront"], actor=None).text
    assert [one.template for one in wallet(Shop(text)).results] == ["mine", "ten-off"]
    assert len(wallet(shop).results) == 3
