"""Coupons whose time is over, those whose time is nearly over, and refusals nobody asks about any more."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.core.clock import database_now, frozen
from apps.core.models import OutboxEvent
from apps.coupons import tasks
from apps.coupons.lifecycle import CouponState, Source
from apps.coupons.models import ClaimAttempt, Coupon, CouponEntry, TemplateAllowance
from apps.coupons.services import expiring
from apps.coupons.services.issue import How, Wanted, issue
from apps.coupons.services.reminding import remind_due
from tests.coupons.world import a_template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


def issued(*wanted):
    with transaction.atomic():
        return issue(wanted, How(source=Source.MEMBERSHIP), now=database_now())


def allowance(template="ten-off"):
    rows = TemplateAllowance.objects.filter(template=template)
    return list(rows.values_list("issued_quantity", "reserved_amount", "spent_amount"))


def test_what_is_over_expires_and_frees_its_money_but_not_its_place():
    # Given three coupons of a week
    a_template(budget={"quantity": 10, "amount": 10_000})
    issued(Wanted("ten-off", "c1", 2), Wanted("ten-off", "c2"))
    assert allowance() == [(3, 3_000, 0)]
    ends = Coupon.objects.first().valid_until

    # When the job runs a moment before their end, then at it
    with frozen(ends - timedelta(microseconds=1)):
        assert tasks.expire() == 0
    with frozen(ends):
        assert tasks.expire() == 3
        assert tasks.expire() == 0

    # Then
    coupons = Coupon.objects.values_list("state", "reserved_amount", "state_at")
    assert set(coupons) == {(CouponState.EXPIRED.value, 0, ends)}
    assert allowance() == [(3, 0, 0)]
    told = CouponEntry.objects.filter(event="expire").values_list("quantity", "reserved_amount")
    assert list(told) == [(0, -1_000)] * 3


def test_a_batch_leaves_the_rest_for_the_next_one():
    a_template()
    issued(Wanted("ten-off", "c1", 5))
    with frozen(database_now() + timedelta(days=8)):
        assert [expiring.expire_due(2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("state", [CouponState.HELD, CouponState.USED])
def test_what_an_order_has_does_not_expire(state):
    a_template()
    issued(Wanted("ten-off", "c1"))
    Coupon.objects.update(state=CouponState.HELD, order_code="o1")
    Coupon.objects.update(state=state)
    with frozen(database_now() + timedelta(days=8)):
        assert tasks.expire() == 0
    assert Coupon.objects.get().state == state


def test_a_coupon_without_end_never_expires():
    a_template(validity=None)
    issued(Wanted("ten-off", "c1"))
    with frozen(database_now() + timedelta(days=4_000)):
        assert tasks.expire() == 0


def test_what_expires_soon_is_told_once(settings):
    # Given
    settings.COUPON_REMINDER_DAYS = 3
    a_template()
    a_template("month", validity={"mode": "relative", "days": 30})
    (soon, _late) = issued(Wanted("ten-off", "c1"), Wanted("month", "c1"))

    # When
    with frozen(database_now() + timedelta(days=3)):
        assert remind_due() == 0
    with frozen(database_now() + timedelta(days=5)):
        assert (remind_due(), remind_due()) == (1, 0)

    # Then
    event = OutboxEvent.objects.get(topic="coupon.expiring")
    assert (event.subject, event.payload["customer"], event.payload["template"]) == (
        soon.code,
        "c1",
        "ten-off",
    )
    assert event.payload["valid_until"].startswith(soon.valid_until.date().isoformat()[:7])


def test_what_is_not_valid_yet_is_told_when_it_is():
    a_template(validity={"mode": "relative", "delay_days": 2, "days": 1})
    issued(Wanted("ten-off", "c1"))
    assert remind_due() == 0
    with frozen(database_now() + timedelta(days=2, hours=1)):
        assert remind_due() == 1


def test_old_refusals_are_forgotten():
    ClaimAttempt.objects.create(customer_code="c1", source=Source.CLAIM, reason="sold_out")
    with frozen(database_now() + timedelta(days=89)):
        assert tasks.purge_attempts() == 0
    with frozen(database_now() + timedelta(days=91)):
        assert tasks.purge_attempts() == 1
    assert not ClaimAttempt.objects.exists()
