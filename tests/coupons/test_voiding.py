"""停用 and 作废: asked for by one, decided by another, with what it hits in sight; voiding goes on in batches."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.approvals import services as approvals
from apps.approvals.registry import handler_for
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes, Refused
from apps.core.models import OutboxEvent
from apps.coupons import tasks
from apps.coupons.lifecycle import CouponState, Source
from apps.coupons.models import Coupon, CouponEntry, CouponTemplate, TemplateAllowance, VoidRun
from apps.coupons.services import voiding
from apps.coupons.services.issue import How, Wanted, issue
from apps.coupons.services.stopping import request_resume_use, request_stop_use
from apps.coupons.services.voiding import request_void, request_void_coupons, void_batch
from apps.offers.models import BookChange
from tests.activities.cast import log_of, person, picture
from tests.coupons.world import a_template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


@pytest.fixture
def sue(db):
    return person("sue", "customer_service")


def issued(*wanted):
    with transaction.atomic():
        return issue(wanted, How(source=Source.MEMBERSHIP), now=database_now())


def ten_off(coupons=3):
    made = a_template(budget={"quantity": 10, "amount": 10_000})
    issued(Wanted("ten-off", "c1", coupons))
    return made


def hold(code, order="o1"):
    Coupon.objects.filter(code=code).update(state=CouponState.HELD, order_code=order)


def decide(request, by):
    approvals.approve(request=request, actor=by, seen_hash=request.content_hash)


def allowance():
    return TemplateAllowance.objects.values_list("issued_quantity", "reserved_amount").get()


def test_use_stops_by_approval_with_the_number_in_sight_and_comes_back_by_another(ann, cleo, dan):
    # Given three coupons, one of them held
    template = ten_off()
    hold(Coupon.objects.first().code)
    before = BookChange.objects.count()

    # When
    request = request_stop_use(template=template, actor=ann, reason="写错了")

    # Then nothing has changed yet, and the approver sees what it hits
    template.refresh_from_db()
    assert (template.status, template.use_stopped_at) == ("approved", None)
    assert request.payload == {"unused": 2, "held": 1, "reserved_amount": 3_000}
    assert handler_for(request).describe(request).facts == request.payload
    with pytest.raises(Forbidden):
        decide(request, ann)

    # When another approves
    decide(request, cleo)

    # Then neither issuing nor using goes on, and prices know
    template.refresh_from_db()
    assert (template.status, template.stopped_by) == ("stopped", ann)
    assert template.use_stopped_at is not None
    assert BookChange.objects.count() == before + 1
    with pytest.raises(Refused, match="issued"):
        issued(Wanted("ten-off", "c1"))
    assert log_of(template)[-2:] == [
        ("template.request_stop_use", "user:ann"),
        ("template.stop_use", "user:cleo"),
    ]

    # When its use is asked for again
    with pytest.raises(DomainError) as twice:
        request_stop_use(template=template, actor=ann, reason="x")
    assert twice.value.code == "use_stopped"
    back = request_resume_use(template=template, actor=ann)
    decide(back, dan)

    # Then coupons work, issuing stays stopped
    template.refresh_from_db()
    assert (template.status, template.use_stopped_at) == ("stopped", None)


def test_who_only_reads_or_approves_asks_for_nothing(mia, cleo, sue):
    template = ten_off()
    before = picture(template)
    for call in (
        lambda: request_stop_use(template=template, actor=mia, reason="x"),
        lambda: request_void(template=template, actor=cleo, reason="x"),
        lambda: request_void(template=template, actor=sue, reason="x"),
        lambda: request_void_coupons(customer="c1", coupons=codes(), actor=mia, reason="x"),
    ):
        with pytest.raises(Forbidden):
            call()
    assert picture(template) == before
    assert VoidRun.objects.count() == 0


def test_asking_takes_a_reason(ann):
    template = ten_off()
    for ask in (request_stop_use, request_void):
        with pytest.raises(DomainError) as refused:
            ask(template=template, actor=ann, reason="  ")
        assert refused.value.code == "reason_required"


def codes(**which):
    return list(Coupon.objects.filter(**which).order_by("id").values_list("code", flat=True))


def test_voiding_a_template_goes_on_in_batches_and_waits_for_held_ones(ann, cleo):
    # Given five coupons, one held by an order
    template = ten_off(5)
    held = codes()[0]
    hold(held)
    request = request_void(template=template, actor=ann, reason="价格错误")
    assert request.payload == {"unused": 4, "held": 1, "reserved_amount": 5_000}

    # When approved
    decide(request, cleo)

    # Then it is stopped, and marked; the coupons follow in batches
    template.refresh_from_db()
    run = VoidRun.objects.get()
    assert (template.status, template.voided_at) == ("stopped", run.cutoff)
    assert (run.total, run.voided, run.approved_by) == (5, 0, cleo)
    assert [void_batch(run, 3), void_batch(run, 3), void_batch(run, 3)] == [3, 1, 0]
    assert allowance() == (1, 1_000)
    entries = CouponEntry.objects.filter(event="void")
    assert set(entries.values_list("quantity", "reserved_amount", "actor", "reason")) == {
        (-1, -1_000, cleo.pk, "价格错误")
    }
    assert OutboxEvent.objects.filter(topic="coupon.void").count() == 4

    # And it is not over while an order holds one
    with frozen(run.cutoff + timedelta(seconds=1)):
        assert tasks.void() == 0
        run.refresh_from_db()
        assert (run.voided, run.ended_at) == (4, None)
        Coupon.objects.filter(code=held).update(state=CouponState.UNUSED, order_code="")
        assert tasks.void() == 1
    run.refresh_from_db()
    assert (run.voided, run.ended_at) == (5, run.cutoff + timedelta(seconds=1))
    assert set(Coupon.objects.values_list("state", flat=True)) == {"void"}
    assert allowance() == (0, 0)


def test_what_is_issued_after_a_voiding_lives(ann, cleo, monkeypatch):
    monkeypatch.setattr(voiding, "LATE", timedelta(0))
    template = ten_off()
    decide(request_void(template=template, actor=ann, reason="x"), cleo)
    CouponTemplate.objects.update(status="approved")
    issued(Wanted("ten-off", "c2"))
    assert tasks.void() == 3
    assert codes(state="unused") == codes(customer_code="c2")
    assert VoidRun.objects.get().ended_at is not None


def test_a_rejected_voiding_voids_nothing(ann, cleo):
    template = ten_off()
    request = request_void(template=template, actor=ann, reason="x")
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="不")
    template.refresh_from_db()
    assert (template.status, template.voided_at, VoidRun.objects.count()) == ("approved", None, 0)


def test_a_service_agent_asks_for_some_coupons_of_a_customer_to_be_void(sue, cleo):
    # Given
    ten_off()
    first, second, third = codes()

    # When asked, and one of them is taken by an order meanwhile
    request = request_void_coupons(customer="c1", coupons=[second, first], actor=sue, reason="误发")
    hold(second)
    decide(request, cleo)

    # Then the others are void
    assert (codes(state="void"), codes(state="held"), codes(state="unused")) == ([first], [second], [third])
    entry = CouponEntry.objects.get(event="void")
    assert (entry.actor, entry.reason, entry.quantity, entry.reserved_amount) == (cleo, "误发", -1, -1_000)
    assert allowance() == (2, 2_000)


def test_only_unused_coupons_of_this_customer_can_be_chosen(sue):
    ten_off()
    issued(Wanted("ten-off", "c2"))
    used = codes()[0]
    hold(used)
    for chosen in (codes(customer_code="c2"), [used], ["nothing"]):
        with pytest.raises(DomainError) as refused:
            request_void_coupons(customer="c1", coupons=chosen, actor=sue, reason="x")
        assert refused.value.code == "not_unused"
    with pytest.raises(DomainError):
        request_void_coupons(customer="c1", coupons=[], actor=sue, reason="x")


def test_whoever_asks_does_not_decide(root):
    ten_off()
    request = request_void_coupons(customer="c1", coupons=codes(), actor=root, reason="x")
    with pytest.raises(FourEyes):
        decide(request, root)
    assert codes(state="void") == []


def test_a_killed_batch_has_done_nothing(ann, cleo, monkeypatch):
    template = ten_off()
    decide(request_void(template=template, actor=ann, reason="x"), cleo)
    run = VoidRun.objects.get()
    monkeypatch.setattr(voiding, "F", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        void_batch(run)
    assert codes(state="void") == []
    monkeypatch.undo()
    assert void_batch(run) == 3
