"""The promises about giving and voiding: they hold after a full life, and name what is broken."""

import pytest
from django.db.models import F

from apps.approvals import services as approvals
from apps.audiences.services import put_customer, upsert_customers
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.coupons import tasks
from apps.coupons.models import (
    CompensationQuota,
    CompensationUse,
    Coupon,
    CouponTemplate,
    EventGrant,
    PushRun,
    VoidRun,
)
from apps.coupons.services import pushing
from apps.coupons.services.compensating import allow_compensation, forbid_compensation, request_quota
from apps.coupons.services.granting import Left, compensate, left_today
from apps.coupons.services.voiding import request_void
from tests.activities.cast import person, picture
from tests.coupons.world import a_campaign, a_template
from tests.orders_life.audit import broken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


@pytest.fixture
def sue(db):
    return person("sue", "customer_service")


@pytest.fixture
def life(ann, cleo, sue):
    """A push with its test, a registration, a compensation."""
    upsert_customers(actor="test", rows=[{"id": f"c{number}"} for number in range(5)])
    template = a_template(budget={"amount": 100_000, "quantity": 100})
    push = a_campaign("push-1", mode="push")
    a_campaign("on-1", mode="on_event:registration", per_customer=1)
    pushing.start_test(campaign=push, customers=["t1"], actor=ann)
    tasks.push()
    pushing.start(campaign=push, actor=ann)
    tasks.push()
    put_customer(code="new", actor="test")
    tasks.give_for_events()
    allow_compensation(template=template, actor=cleo)
    compensate(agent=sue, template="ten-off", customer="c1", quantity=2, reason="x")
    assert Coupon.objects.count() == 9  # t1 and c0 to c4 by the push, one by registering, two by the agent
    return template


def void_all(template, ann, cleo):
    request = request_void(template=template, actor=ann, reason="x")
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    run = VoidRun.objects.get()
    with frozen(run.cutoff):
        tasks.void()


def test_all_promises_hold(life, ann, cleo):
    assert broken() == []
    void_all(life, ann, cleo)
    assert set(Coupon.objects.values_list("state", flat=True)) == {"void"}
    assert broken() == []


@pytest.mark.parametrize(
    ("name", "model", "change"),
    [
        ("coupons.pushes", PushRun, {"granted": F("granted") + 1}),
        ("coupons.on_events", EventGrant, {"state": "refused"}),
        ("coupons.quotas", CompensationUse, {"quantity": F("quantity") + 1}),
    ],
)
def test_what_is_broken_is_named(life, name, model, change):
    model.objects.update(**change)
    assert {fault.split(":")[0] for fault in broken()} == {name}


def test_a_voiding_that_missed_one_is_named(life, ann, cleo):
    request = request_void(template=life, actor=ann, reason="x")
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    VoidRun.objects.update(ended_at=database_now())
    assert {fault.split(":")[0] for fault in broken()} == {"coupons.voided"}


def test_a_quota_takes_two_people(sue, cleo):
    root = person("adam", "administrator")
    with pytest.raises(Forbidden):
        request_quota(agent=sue, quantity=5, amount=5_000, actor=sue, reason="x")
    before = left_today(sue)
    request = request_quota(agent=sue, quantity=5, amount=5_000, actor=root, reason="大促")
    assert left_today(sue) == before
    with pytest.raises(Forbidden):
        approvals.approve(request=request, actor=root, seen_hash=request.content_hash)
    assert left_today(sue) == before
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert left_today(sue) == Left(5, 5_000)


def test_nobody_decides_on_their_own_quota(db):
    boss = person("boss", "customer_service", "approver")
    request = request_quota(
        agent=boss, quantity=99, amount=1, actor=person("adam", "administrator"), reason="x"
    )
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=boss, seen_hash=request.content_hash)


def test_a_lowered_quota_counts_what_was_granted_before(sue, settings):
    a_template()
    CouponTemplate.objects.update(for_compensation=True)
    compensate(agent=sue, template="ten-off", customer="c1", quantity=4, reason="x")
    CompensationQuota.objects.create(agent=sue, quantity=3, amount=100_000)
    assert left_today(sue) == Left(0, 96_000)
    with pytest.raises(DomainError):
        compensate(agent=sue, template="ten-off", customer="c1", quantity=1, reason="x")
    assert Coupon.objects.count() == 4


def test_who_may_allow_a_coupon_for_compensation(ann, cleo, sue):
    template = a_template()
    before = picture(template)
    for who in (ann, sue):
        with pytest.raises(Forbidden):
            allow_compensation(template=template, actor=who)
    assert picture(template) == before
    allow_compensation(template=template, actor=cleo)
    template.refresh_from_db()
    assert template.for_compensation
    forbid_compensation(template=template, actor=ann)
    template.refresh_from_db()
    assert not template.for_compensation
    free = a_template("free", kind="exchange", params={"sku": "A", "value": 0}, budget={"quantity": 5})
    with pytest.raises(DomainError) as refused:
        allow_compensation(template=free, actor=cleo)
    assert refused.value.code == "no_bound"
