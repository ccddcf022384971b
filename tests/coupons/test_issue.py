"""Issuing: the budget decides, one statement writes it all."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.clock import database_now
from apps.core.errors import Refused
from apps.core.models import OutboxEvent
from apps.coupons import allowances, services
from apps.coupons.allowances import Change
from apps.coupons.lifecycle import CouponState, Source
from apps.coupons.models import Coupon, CouponEntry, CouponEvent, CouponTemplate, TemplateAllowance
from apps.coupons.services.issue import (
    How,
    Promised,
    Wanted,
    draw_promise,
    issue,
    issue_promised,
    withdraw_promise,
)
from tests.coupons.world import a_template, in_hours, template_document

pytestmark = pytest.mark.django_db
GRANT = How(source=Source.MEMBERSHIP, origin="level-3", reason="key:shop")


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


def issued(*wanted, how=GRANT):
    with transaction.atomic():
        return issue(wanted, how, now=database_now())


def allowance(template="ten-off"):
    """Issued, reserved and spent of each part."""
    parts = TemplateAllowance.objects.filter(template=template).order_by("bucket")
    return list(parts.values_list("issued_quantity", "reserved_amount", "spent_amount"))


def test_a_coupon_with_its_entry_its_event_and_its_reserve():
    # Given
    a_template(budget={"quantity": 10, "amount": 10_000})
    now = database_now()

    # When
    with transaction.atomic():
        (one,) = issue([Wanted("ten-off", "c1")], GRANT, now=now)

    # Then
    coupon = Coupon.objects.get()
    assert (coupon.pk, coupon.code, coupon.state) == (one.id, one.code, CouponState.UNUSED)
    assert (coupon.valid_from, coupon.valid_until) == (now, now + timedelta(days=7))
    assert (coupon.template, coupon.version, coupon.customer_code) == ("ten-off", 1, "c1")
    assert (coupon.source, coupon.origin, coupon.reserved_amount) == ("membership", "level-3", 1_000)
    assert len(one.code) == 20
    entry = CouponEntry.objects.get()
    assert (entry.event, entry.coupon_id, entry.quantity, entry.reserved_amount, entry.reason) == (
        CouponEvent.ISSUE,
        coupon.pk,
        1,
        1_000,
        "key:shop",
    )
    event = OutboxEvent.objects.get(topic="coupon.issued")
    assert event.subject == one.code
    assert event.payload["customer"] == "c1"
    assert allowance() == [(1, 1_000, 0)]


def test_all_or_none_of_several_templates():
    a_template(budget={"quantity": 10})
    a_template("five-off", budget={"quantity": 1})

    with pytest.raises(Refused) as refused:
        issued(Wanted("ten-off", "c1", 2), Wanted("five-off", "c1", 2))

    assert (refused.value.code, refused.value.members) == ("sold_out", {"template": "five-off"})
    assert Coupon.objects.count() == CouponEntry.objects.count() == 0
    assert sum(row[0] for row in [*allowance(), *allowance("five-off")]) == 0


def test_the_budget_in_money_ends_it_where_the_worst_case_no_longer_fits():
    a_template(budget={"amount": 2_999})
    assert len(issued(Wanted("ten-off", "c1", 2))) == 2
    with pytest.raises(Refused, match="no more"):
        issued(Wanted("ten-off", "c2"))
    assert allowance() == [(2, 2_000, 0)]


def test_an_unlimited_template_has_no_allowance():
    a_template()
    assert len(issued(*(Wanted("ten-off", f"c{n}") for n in range(3)))) == 3
    assert allowance() == []
    assert set(Coupon.objects.values_list("reserved_amount", flat=True)) == {0}


def test_five_thousand_customers_take_two_statements_and_a_look_at_the_clock():
    a_template(budget={"quantity": 6_000, "amount": 6_000_000})
    issued(Wanted("ten-off", "first"))
    wanted = [Wanted("ten-off", f"c{number}") for number in range(5_000)]
    with CaptureQueriesContext(connection) as queries:
        assert len(issued(*wanted)) == 5_000
    statements = [one["sql"].split()[0] for one in queries if "SAVEPOINT" not in one["sql"]]
    assert statements == ["SELECT", "SELECT", "WITH"]
    assert sum(row[0] for row in allowance()) == 5_001
    assert sum(row[1] for row in allowance()) == 5_001_000


def test_the_last_coupon_goes_out_whatever_lies_in_which_part():
    # Given 16 parts of 64,375 each: each has room for 64 coupons, and 375 are left over in each
    a_template(budget={"amount": 1_030_000})
    issued(*(Wanted("ten-off", f"c{number}") for number in range(1_024)))
    assert len(allowance()) == 16

    # When what is left lies in sixteen parts, none of which has room for one more
    more = [issued(Wanted("ten-off", "late"))[0] for _ in range(6)]

    # Then
    assert len(more) == 6
    with pytest.raises(Refused):
        issued(Wanted("ten-off", "too late"))
    assert sum(row[1] for row in allowance()) == 1_030_000


def test_a_revision_raises_and_lowers_what_is_left():
    a_template(budget={"quantity": 2})
    issued(Wanted("ten-off", "c1", 2))
    a_template(budget={"quantity": 5_000})
    issued(Wanted("ten-off", "c2", 3))
    assert TemplateAllowance.objects.count() == 16
    a_template(budget={"quantity": 4})
    with pytest.raises(Refused):
        issued(Wanted("ten-off", "c3"))
    assert sum(row[0] for row in allowance()) == 5


def test_a_first_limit_counts_what_was_issued_without_one():
    a_template()
    issued(Wanted("ten-off", "c1", 3))
    a_template(budget={"quantity": 4})
    issued(Wanted("ten-off", "c2"))
    with pytest.raises(Refused):
        issued(Wanted("ten-off", "c3"))
    assert allowance() == [(4, 0, 0)]


@pytest.mark.parametrize("stop", ["stopped", "use stopped", "draft", "over", "unknown"])
def test_a_template_that_does_not_give_gives_nobody(stop, mia):
    if stop == "draft":
        services.save_document(model=CouponTemplate, content=template_document(), actor=None)
    elif stop == "over":
        fixed = {"mode": "fixed", "from": in_hours(-2), "until": in_hours(-1)}
        a_template(validity=fixed)
    elif stop != "unknown":
        template = a_template()
        if stop == "stopped":
            CouponTemplate.objects.update(status="stopped", stopped_by=mia)
        else:
            CouponTemplate.objects.filter(pk=template.pk).update(use_stopped_at=database_now())

    with pytest.raises(Refused) as refused:
        issued(Wanted("ten-off", "c1"))

    known = stop in ("stopped", "use stopped", "over")
    assert refused.value.code == ("template_closed" if known else "unknown_template")
    assert Coupon.objects.count() == 0


def test_a_promise_draws_now_and_issues_later_though_the_template_was_stopped(mia):
    a_template(budget={"quantity": 3, "amount": 3_000})
    with transaction.atomic():
        promised = draw_promise([Wanted("ten-off", "c1", 2)], order_code="o1", now=database_now())
    assert promised == [Promised("ten-off", "c1", 2, 0, 2_000)]
    assert allowance() == [(2, 2_000, 0)]
    assert Coupon.objects.count() == 0

    CouponTemplate.objects.update(status="stopped", stopped_by=mia)
    how = How(source=Source.REWARD, origin="o1", order_code="o1")
    with transaction.atomic():
        made = issue_promised(promised, how, now=database_now())

    assert [one.reserved_amount for one in made] == [1_000, 1_000]
    assert allowance() == [(2, 2_000, 0)]
    entries = CouponEntry.objects.order_by("id").values_list("event", "quantity", "reserved_amount")
    assert list(entries) == [
        ("promise", 2, 2_000),
        ("promise", -2, -2_000),
        ("issue", 1, 1_000),
        ("issue", 1, 1_000),
    ]


def test_a_promise_withdrawn_goes_back():
    a_template(budget={"quantity": 3, "amount": 3_000})
    with transaction.atomic():
        promised = draw_promise([Wanted("ten-off", "c1", 2)], order_code="o1", now=database_now())
        withdraw_promise(promised, order_code="o1")
    assert allowance() == [(0, 0, 0)]
    assert sum(CouponEntry.objects.values_list("quantity", flat=True)) == 0


def test_settling_moves_what_was_reserved_and_never_finds_too_little():
    a_template(budget={"amount": 2_000})
    issued(Wanted("ten-off", "c1", 2))
    with transaction.atomic():
        allowances.shift([Change("ten-off", 0, reserved=-1_000, spent=1_200)])
    assert allowance() == [(2, 1_000, 1_200)]
    with pytest.raises(RuntimeError), transaction.atomic():
        allowances.shift([Change("ten-off", 0, reserved=-1_001)])
    assert allowance() == [(2, 1_000, 1_200)]


def test_room_for_a_returned_coupon_is_gathered_or_refused():
    a_template(budget={"amount": 1_030_000})
    issued(*(Wanted("ten-off", f"c{number}") for number in range(1_024)))
    with transaction.atomic():
        assert allowances.make_room("ten-off", 3, 6_000)
        assert not allowances.make_room("ten-off", 3, 6_001)
    parts = TemplateAllowance.objects.order_by("bucket")
    assert [p.total_amount - p.reserved_amount for p in parts] == [0] * 3 + [6_000] + [0] * 12
