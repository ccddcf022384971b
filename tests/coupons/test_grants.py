"""Grants over the API, all or nothing, and compensation by agents within the quota of their day."""

from datetime import timedelta

import pytest

from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, Refused
from apps.core.models import AuditEntry
from apps.coupons import services
from apps.coupons.lifecycle import GRANT_SOURCES
from apps.coupons.models import (
    ClaimAttempt,
    CompensationQuota,
    CompensationUse,
    Coupon,
    CouponEntry,
    CouponTemplate,
)
from apps.coupons.services.granting import Left, compensate, left_today, templates_for_compensation
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.coupons.world import a_template
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


@pytest.fixture
def shop(db):
    return Shop(issue_key(client=add_client(name="crm"), scopes=["grant"], actor=None).text)


@pytest.fixture
def sue(db):
    return person("sue", "customer_service")


def body(**changes):
    told = {"template": "ten-off", "customer": "c1", "quantity": 2, "source": "lottery", "reason": "二等奖"}
    return {**told, **changes}


def test_a_grant_is_coupons_with_their_source_and_reason(shop):
    # Given
    a_template(budget={"amount": 10_000})

    # When
    answer = shop.post("grants", body())

    # Then
    assert answer.status_code == 201
    first, second = answer.json()["coupons"]
    coupon = Coupon.objects.order_by("id").first()
    assert first == {
        "coupon": coupon.code,
        "template": "ten-off",
        "name": "满100减10券",
        "state": "unused",
        "valid_from": coupon.valid_from.isoformat(),
        "valid_until": (coupon.valid_from + timedelta(days=7)).isoformat(),
        "source": "lottery",
        "order": None,
        "code": None,
    }
    assert first["coupon"] != second["coupon"]
    assert set(CouponEntry.objects.values_list("source", "reason", "actor")) == {("lottery", "二等奖", None)}
    entry = AuditEntry.objects.get(action="coupon.grant")
    assert (entry.actor, entry.subject_code, entry.reason) == ("key:crm", "c1", "二等奖")


@pytest.mark.parametrize("source", [source.value for source in GRANT_SOURCES])
def test_the_five_sources(shop, source):
    a_template()
    answer = shop.post("grants", body(source=source, quantity=1))
    assert (answer.status_code, answer.json()["coupons"][0]["source"]) == (201, source)


def test_the_same_key_gives_the_same_coupons(shop):
    a_template()
    first = shop.post("grants", body(), idempotency="k1")
    again = shop.post("grants", body(), idempotency="k1")
    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")
    assert Coupon.objects.count() == 2
    assert shop.post("grants", body(quantity=3), idempotency="k1").json()["code"] == "idempotency_key_reused"
    assert shop.post("grants", body(), idempotency=None).json()["code"] == "idempotency_key_required"


def test_all_or_nothing_of_the_budget(shop):
    a_template(budget={"quantity": 3})
    answer = shop.post("grants", body(quantity=4))
    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
    assert Coupon.objects.count() == 0
    assert shop.post("grants", body(quantity=3)).status_code == 201
    attempt = ClaimAttempt.objects.get()
    assert (attempt.customer_code, attempt.source, attempt.origin, attempt.reason) == (
        "c1",
        "lottery",
        "ten-off",
        "sold_out",
    )


def test_unknown_and_stopped_templates(shop, ann):
    assert shop.post("grants", body()).json()["code"] == "unknown_template"
    template = a_template()
    assert shop.post("grants", body(template="nothing")).status_code == 404
    services.stop_issuing(template=template, actor=ann, reason="x")
    answer = shop.post("grants", body())
    assert (answer.status_code, answer.json()["code"], Coupon.objects.count()) == (409, "template_closed", 0)


def test_a_key_of_one_shop_grants_that_shops_coupons():
    fair.set_up()
    client = add_client(name="s1", shop="S1")
    one = Shop(issue_key(client=client, scopes=["grant"], actor=None).text)
    a_template()
    a_template("of-s1", issuer="S1")
    assert one.post("grants", body()).json()["code"] == "unknown_template"
    assert one.post("grants", body(template="of-s1")).status_code == 201


def test_the_scope_is_needed(db):
    a_template()
    weak = Shop(issue_key(client=add_client(name="weak"), scopes=["storefront"], actor=None).text)
    answer = weak.post("grants", body())
    assert (answer.status_code, answer.json()["code"], Coupon.objects.count()) == (403, "missing_scope", 0)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 201}, "quantity"),
        ({"quantity": "2"}, "quantity"),
        ({"source": "claim"}, "source"),
        ({"reason": " "}, "reason"),
        ({"reason": None}, "reason"),
        ({"customer": "a/b"}, "customer"),
        ({"template": ""}, "template"),
        ({"more": 1}, "more"),
        ({"risk": {"device": 1}}, "risk.device"),
    ],
)
def test_a_wrong_body_names_what_is_wrong(shop, changes, path):
    a_template()
    answer = shop.post("grants", body(**changes))
    assert answer.status_code == 400
    assert [fault["path"] for fault in answer.json()["errors"]] == [path]
    assert Coupon.objects.count() == 0


def for_compensation(**changes):
    template = a_template(**changes)
    CouponTemplate.objects.filter(pk=template.pk).update(for_compensation=True)
    return template


def give(agent, quantity=1, **changes):
    told = {"template": "ten-off", "customer": "c1", "reason": "发错货", **changes}
    return compensate(agent=agent, quantity=quantity, **told)


def test_an_agent_compensates_and_is_stopped_beyond_the_quota(sue, settings):
    # Given five coupons a day, worth 40 at most
    settings.COMPENSATION_DAILY_QUANTITY = 5
    settings.COMPENSATION_DAILY_AMOUNT = 4_000
    for_compensation()

    # When
    (coupon, _other) = give(sue, 2)

    # Then
    entry = CouponEntry.objects.filter(coupon=coupon.id).get()
    assert (entry.source, entry.actor, entry.reason) == ("service_compensation", sue, "发错货")
    assert left_today(sue) == Left(3, 2_000)

    # When more is asked than is left in money
    with pytest.raises(DomainError) as over:
        give(sue, 3)

    # Then it says what is left, and nothing has changed
    assert over.value.code == "over_quota"
    assert over.value.message == "That is beyond today's quota: 3 coupons worth ¥20 are left."
    assert (Coupon.objects.count(), left_today(sue)) == (2, Left(3, 2_000))
    assert len(give(sue, 2)) == 2
    assert left_today(sue) == Left(1, 0)


def test_the_quota_is_of_a_day_of_the_portal(sue, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    settings.COMPENSATION_DAILY_QUANTITY = 1
    for_compensation()
    evening = database_now().replace(hour=15, minute=59, second=0)
    with frozen(evening):
        give(sue)
        with pytest.raises(DomainError):
            give(sue)
    with frozen(evening + timedelta(minutes=2)):
        give(sue)
    days = CompensationUse.objects.order_by("day").values_list("quantity", flat=True)
    assert list(days) == [1, 1]


def test_a_quota_of_ones_own_goes_before_everybodys(sue, settings):
    for_compensation()
    CompensationQuota.objects.create(agent=None, quantity=2, amount=100_000)
    assert left_today(sue) == Left(2, 100_000)
    CompensationQuota.objects.create(agent=sue, quantity=9, amount=500)
    assert left_today(sue) == Left(9, 500)
    with pytest.raises(DomainError) as over:
        give(sue)
    assert over.value.code == "over_quota"


def test_only_what_was_allowed_and_has_a_bound_is_for_compensation(sue):
    for_compensation()
    for_compensation(code="free", kind="exchange", params={"sku": "A", "value": 0}, budget={"quantity": 5})
    a_template("other")
    assert [one.code for one in templates_for_compensation()] == ["ten-off"]
    for code in ("free", "other", "nothing"):
        with pytest.raises(DomainError) as refused:
            give(sue, template=code)
        assert refused.value.code == "not_for_compensation"
    assert (Coupon.objects.count(), CompensationUse.objects.count()) == (0, 0)


def test_compensation_takes_a_reason_a_customer_and_the_right(sue, mia):
    for_compensation()
    for changes, code in (
        ({"reason": " "}, "reason_required"),
        ({"customer": "a b"}, "not_a_customer"),
        ({"quantity": 0}, "quantity"),
    ):
        with pytest.raises(DomainError) as refused:
            give(sue, **changes)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        give(mia)
    assert (Coupon.objects.count(), CompensationUse.objects.count()) == (0, 0)


def test_what_the_budget_refuses_costs_no_quota(sue):
    for_compensation(budget={"quantity": 1})
    with pytest.raises(Refused) as refused:
        give(sue, 2)
    assert (refused.value.code, CompensationUse.objects.count()) == ("sold_out", 0)
