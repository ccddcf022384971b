"""`GET /claim-campaigns` and claiming over the API."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.clock import database_now, frozen
from apps.coupons.models import ClaimAttempt, Coupon
from apps.storefront import answers
from tests.coupons.world import a_campaign, a_template, in_hours
from tests.orders_life.shop import Shop, fresh_process, key, shop

__all__ = ["fresh_process", "key", "shop"]
pytestmark = pytest.mark.django_db
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture(autouse=True)
def may_publish(settings: Any) -> None:
    settings.ALLOW_PUBLISH = True


def claim(shop: Shop, customer: str = "c1", code: str = "claim-1", **options: Any) -> Any:
    return shop.post(f"claim-campaigns/{code}/claims", {"customer": customer}, **options)


def statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code < 300
    return len([one for one in captured if not one["sql"].startswith(NOT_COUNTED)])


def test_the_coupon_is_the_answer(shop: Shop) -> None:
    a_template(budget={"quantity": 10})
    a_campaign()
    answer = claim(shop)
    assert answer.status_code == 201
    told = msgspec.json.decode(answer.content, type=answers.Coupon)
    coupon = Coupon.objects.get()
    assert (told.coupon, told.template, told.name, told.state) == (
        coupon.code,
        "ten-off",
        "满100减10券",
        "unused",
    )
    assert (told.source, told.order, told.code) == ("claim", None, None)


def test_a_pack_is_a_list(shop: Shop) -> None:
    a_template()
    a_template("five-off")
    a_campaign(items=[{"template": "ten-off", "quantity": 1}, {"template": "five-off", "quantity": 2}])
    told = msgspec.json.decode(claim(shop).content, type=answers.CouponPack)
    assert [one.template for one in told.coupons] == ["ten-off", "five-off", "five-off"]


def test_the_same_request_is_one_claim(shop: Shop) -> None:
    a_template()
    a_campaign()
    first, second = claim(shop, idempotency="k"), claim(shop, idempotency="k")
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert Coupon.objects.count() == 1


def test_a_refusal_is_kept_for_customer_service_and_answered_again(shop: Shop) -> None:
    a_template()
    a_campaign(quantity=1)
    claim(shop, "c1")
    for _ in range(2):
        answer = claim(shop, "c2", idempotency="k")
        assert answer.status_code == 409
        assert answer.json()["code"] == "sold_out"
        assert answer.json()["next_release_at"] is None
    assert ClaimAttempt.objects.values_list("customer_code", "reason").get() == ("c2", "sold_out")


def test_who_is_not_meant_may_ask_again_with_the_same_key(shop: Shop) -> None:
    a_template()
    a_campaign(targeting={"member_levels": [3]})
    answer = claim(shop, idempotency="k")
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        403,
        "not_eligible",
        "member_level",
    )
    assert ClaimAttempt.objects.count() == 1
    shop.client.put(
        "/api/v1/customers/c1", {"member_level": 3}, content_type="application/json", headers=shop.headers
    )
    assert claim(shop, idempotency="k").status_code == 201


def test_unknown_campaigns_and_faulty_bodies(shop: Shop) -> None:
    a_template()
    a_campaign()
    assert claim(shop, code="nothing").json()["code"] == "unknown_campaign"
    faulty = shop.post("claim-campaigns/claim-1/claims", {"customer": "a b", "x": 1, "risk": {"device": 3}})
    assert faulty.status_code == 400
    assert {fault["path"] for fault in faulty.json()["errors"]} == {"customer", "x", "risk.device"}
    assert claim(shop, idempotency=None).status_code == 400
    assert Coupon.objects.count() == 0


def test_a_claim_is_four_statements_a_pack_five_and_a_refusal_one_more_than_a_look(shop: Shop) -> None:
    a_template(budget={"quantity": 5_000, "amount": 5_000_000})
    a_campaign(per_customer=2, per_customer_per_day=2, quantity=4_000)
    a_campaign("pack", items=[{"template": "ten-off", "quantity": 2}], per_customer=2, quantity=4_000)
    claim(shop, "c1")
    claim(shop, "c1", "pack")
    assert statements(lambda: claim(shop, "c1")) == 4
    assert statements(lambda: claim(shop, "c1", "pack")) == 5
    assert [refused(shop, campaign) for campaign in ("claim-1", "pack")] == [8, 7]


def refused(shop: Shop, campaign: str) -> int:
    """What it costs to hear that one has had enough."""
    with CaptureQueriesContext(connection) as captured:
        assert claim(shop, "c1", campaign).json()["code"] == "limit_reached"
    return len([one for one in captured if not one["sql"].startswith(NOT_COUNTED)])


def listed(shop: Shop, **query: Any) -> answers.OpenCampaigns:
    answer = shop.get("claim-campaigns", query)
    assert answer.status_code == 200, answer.content
    return msgspec.json.decode(answer.content, type=answers.OpenCampaigns)


def test_the_list_says_what_is_left_and_why_not(shop: Shop) -> None:
    # Given
    a_template(budget={"quantity": 30})
    a_template("few", budget={"quantity": 3})
    a_campaign("a-open", per_customer=1, quantity=50)
    a_campaign("b-slots", releases=[{"at": in_hours(1), "quantity": 7}], quantity=7, starts_at=in_hours(-0.9))
    a_campaign("c-vip", targeting={"member_levels": [5]}, starts_at=in_hours(-0.8))
    a_campaign("d-few", items=[{"template": "few", "quantity": 2}], starts_at=in_hours(-0.7), per_customer=1)
    a_campaign("e-coming", starts_at=in_hours(1))
    a_campaign("f-push", mode="push")
    claim(shop, "c1", "a-open")
    claim(shop, "c1", "d-few")

    # When
    found = {one.code: one for one in listed(shop, customer="c1").results}

    # Then
    told = {code: (one.left, one.may_claim, one.reason, one.detail) for code, one in found.items()}
    assert told == {
        "a-open": (29, False, "limit_reached", None),
        "b-slots": (0, False, "sold_out", None),
        "c-vip": (29, False, "not_eligible", "member_level"),
        "d-few": (0, False, "limit_reached", None),
        "e-coming": (29, False, "not_started", None),
    }
    assert found["b-slots"].next_release is not None
    assert found["b-slots"].next_release.quantity == 7
    assert [one.may_claim for one in listed(shop).results] == [None] * 5
    assert listed(shop, customer="c2").results[0].may_claim is True


def test_the_list_goes_page_by_page_and_always_takes_one_statement(shop: Shop) -> None:
    a_template()
    for number in range(5):
        a_campaign(f"c-{number}", starts_at=in_hours(-0.5 + number / 10))
    shop.get("claim-campaigns", {})
    assert statements(lambda: shop.get("claim-campaigns", {"customer": "c1"})) == 1
    first = listed(shop, limit=2)
    second = listed(shop, limit=2, cursor=first.next)
    third = listed(shop, limit=2, cursor=second.next)
    pages = [[one.code for one in page.results] for page in (first, second, third)]
    assert pages == [["c-0", "c-1"], ["c-2", "c-3"], ["c-4"]]
    assert third.next is None
    with frozen(database_now() + timedelta(days=3)):
        assert listed(shop).results == []


def test_parameters_are_read_strictly(shop: Shop) -> None:
    answer = shop.get("claim-campaigns", {"limit": "0", "customer": "a b", "cursor": "?"})
    assert answer.status_code == 400
    assert {fault["path"] for fault in answer.json()["errors"]} == {"limit", "customer", "cursor"}
