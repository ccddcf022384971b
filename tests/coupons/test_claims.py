"""Claiming: the clock, the customer, the limits and what is left decide, in one look and one statement."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from apps.audiences.models import Audience, AudienceMember, Customer
from apps.audiences.services import upsert_audiences
from apps.core.clock import database_now, frozen
from apps.core.errors import Refused
from apps.core.models import OutboxEvent
from apps.coupons.looks import Where
from apps.coupons.models import (
    CampaignAllowance,
    ClaimAttempt,
    ClaimCampaign,
    ClaimUse,
    Coupon,
    CouponEntry,
    CouponTemplate,
    TemplateAllowance,
)
from apps.coupons.services.claiming import claim
from tests.coupons.world import a_campaign, a_template, in_hours
from tests.orders_life.audit import broken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


def claimed(customer="c1", campaign="claim-1", **where):
    with transaction.atomic():
        return claim(campaign=campaign, customer=customer, where=Where(**where))


def refusal(customer="c1", campaign="claim-1", **where):
    """Status, code and members of a refusal."""
    with pytest.raises(Refused) as refused:
        claimed(customer, campaign, **where)
    told = refused.value
    return told.status, told.code, told.members


def test_a_claim_gives_a_coupon_and_counts_it_everywhere():
    a_template(budget={"quantity": 10, "amount": 10_000})
    a_campaign(per_customer=1, per_customer_per_day=1)

    (one,) = claimed("c1")

    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.customer_code, coupon.source, coupon.origin) == (
        one.code,
        "c1",
        "claim",
        "claim-1",
    )
    uses = ClaimUse.objects.order_by("day").values_list("origin", "customer_code", "claims", "most")
    assert list(uses) == [("claim-1", "c1", 1, 1)] * 2
    assert list(CampaignAllowance.objects.values_list("total", "claims")) == [(100, 1)]
    assert list(TemplateAllowance.objects.values_list("issued_quantity", "reserved_amount")) == [(1, 1_000)]
    assert Customer.objects.get(code="c1").orders is None


def statements_of(customer):
    with CaptureQueriesContext(connection) as queries:
        claimed(customer)
    return [one["sql"].split()[0] for one in queries if "SAVEPOINT" not in one["sql"]]


@pytest.mark.parametrize("limits", [{}, {"per_customer": 2}, {"per_customer": 2, "per_customer_per_day": 2}])
@pytest.mark.parametrize("budget", [{}, {"quantity": 10_000}, {"quantity": 9_999, "amount": 9_999_000}])
def test_a_claim_that_is_like_another_is_one_statement(limits, budget):
    a_template(budget=budget)
    a_campaign(quantity=5_000, **limits)
    claimed("c1")
    assert statements_of("c1") == ["WITH"]
    assert Coupon.objects.count() == sum(CampaignAllowance.objects.values_list("claims", flat=True)) == 2
    assert list(ClaimUse.objects.values_list("claims", flat=True)) == [2] * len(limits)
    assert broken() == []


def test_a_claim_of_a_pack_or_for_a_few_is_two_statements():
    a_template(budget={"quantity": 10_000})
    a_campaign(items=[{"template": "ten-off", "quantity": 2}], per_customer=2, quantity=5_000)
    claimed("c1")
    assert statements_of("c1") == ["SELECT", "WITH"]
    a_campaign("for-some", targeting={"regions": ["north"]}, quantity=5_000)
    Customer.objects.filter(code="c1").update(region="north")
    claimed("c1", "for-some")
    with CaptureQueriesContext(connection) as queries:
        claimed("c1", "for-some")
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 2


@pytest.mark.parametrize(
    "validity",
    [
        {"mode": "relative", "days": 3, "delay_days": 2},
        {"mode": "fixed", "from": "2020-01-01T00:00:00+00:00", "until": "2120-01-01T00:00:00+00:00"},
        None,
    ],
)
def test_a_claim_at_once_gives_the_same_coupon_as_one_by_steps(validity):
    a_template(validity=validity)
    a_campaign(quantity=5_000)
    with frozen(database_now()):
        (by_steps,), (at_once,) = claimed("c1"), claimed("c1")
    fields = ("template", "name", "customer", "valid_from", "valid_until", "source", "code_tail")
    assert [getattr(at_once, name) for name in fields] == [getattr(by_steps, name) for name in fields]
    columns = ("template", "version", "state", "valid_from", "valid_until", "source", "origin", "bucket")
    first, second = Coupon.objects.order_by("id").values_list(*columns)
    assert first == second
    assert [one.code for one in (by_steps, at_once)] == list(
        Coupon.objects.order_by("id").values_list("code", flat=True)
    )
    events = (
        OutboxEvent.objects.filter(topic="coupon.issued").order_by("id").values_list("payload", flat=True)
    )
    assert (
        len({frozenset((key, value) for key, value in one.items() if key != "coupon") for one in events}) == 1
    )


def test_what_was_remembered_gives_way_to_what_is_decided():
    a_template(budget={"quantity": 2_000})
    first = a_campaign(quantity=5_000, per_customer=2).current.content
    claimed("c1")
    # When the limit and the template are revised, each counts for the next who asks
    a_campaign(quantity=5_000, per_customer=1, starts_at=first["starts_at"], ends_at=first["ends_at"])
    assert refusal("c1") == (409, "limit_reached", {})
    claimed("c2")
    a_template(budget={"quantity": 2_500}, validity={"mode": "relative", "days": 1})
    (one,) = claimed("c3")
    assert (one.valid_until - one.valid_from, Coupon.objects.get(code=one.code).version) == (
        timedelta(days=1),
        2,
    )
    assert sum(TemplateAllowance.objects.values_list("total_quantity", flat=True)) == 2_500
    assert broken() == []


def test_a_claim_at_once_that_comes_too_late_gives_back_what_it_took():
    a_template(budget={"quantity": 5_000})
    a_campaign(quantity=5_000, per_customer=9, per_customer_per_day=9)
    claimed("c1")
    (one,) = claimed("c1")
    # Given that the part of the release where this connection claims has run out by then
    place = Coupon.objects.get(code=one.code).bucket
    CampaignAllowance.objects.filter(bucket=place).update(claims=F("total"))
    assert statements_of("c1") == ["WITH", "WITH", "SELECT", "WITH"]
    assert list(ClaimUse.objects.values_list("claims", flat=True)) == [3, 3]
    assert sum(TemplateAllowance.objects.values_list("issued_quantity", flat=True)) == 3
    assert Coupon.objects.count() == CouponEntry.objects.count() == 3
    # Then the next one goes elsewhere at once
    assert statements_of("c1") == ["WITH"]


def test_a_limit_of_one_customer_is_not_in_the_way_of_others():
    a_template(budget={"quantity": 5_000})
    a_campaign(quantity=5_000, per_customer=1)
    claimed("c1")
    Customer.objects.create(code="c2")
    assert refusal("c1")[1] == "limit_reached"
    assert statements_of("c2") == ["WITH"]


def test_what_is_not_limited_is_not_counted():
    a_template()
    a_campaign()
    claimed("c1")
    claimed("c1")
    assert ClaimUse.objects.count() == TemplateAllowance.objects.count() == 0


def test_a_pack_comes_whole_or_not_at_all():
    a_template(budget={"quantity": 10})
    a_template("five-off", budget={"quantity": 3})
    items = [{"template": "ten-off", "quantity": 2}, {"template": "five-off", "quantity": 2}]
    a_campaign(items=items, per_customer=1)
    assert [one.template for one in claimed("c1")] == ["ten-off", "ten-off", "five-off", "five-off"]
    assert refusal("c2") == (409, "sold_out", {"next_release_at": None})
    assert Coupon.objects.count() == 4
    assert list(CampaignAllowance.objects.values_list("claims", flat=True)) == [1]
    assert ClaimUse.objects.count() == 1


def test_limits_of_a_customer_for_all_time_and_for_a_day_of_the_portal():
    a_template()
    a_campaign(per_customer=3, per_customer_per_day=1, ends_at=in_hours(240))
    now = database_now()
    # Shanghai's midnight is 16:00 UTC.
    before = (now + timedelta(days=2)).replace(hour=15, minute=59)
    for moment in (before, before + timedelta(minutes=1), before + timedelta(days=1, minutes=1)):
        with frozen(moment):
            claimed("c1")
            assert refusal("c1") == (409, "limit_reached", {})
    with frozen(before + timedelta(days=3)):
        assert refusal("c1")[1] == "limit_reached"
        claimed("c2")


def test_slots_release_by_the_clock_and_leave_over_what_they_leave():
    a_template()
    slots = [
        {"at": in_hours(0.5), "quantity": 1},
        {"at": in_hours(1.5), "quantity": 2},
        {"at": in_hours(2.5), "quantity": 1},
    ]
    campaign = a_campaign(quantity=4, releases=slots)
    releases = campaign.current.content["releases"]
    now = database_now()
    assert refusal() == (409, "sold_out", {"next_release_at": releases[0]["at"]})
    with frozen(now + timedelta(hours=2)):
        claimed("c1")
        claimed("c2")
        claimed("c3")
        assert refusal() == (409, "sold_out", {"next_release_at": releases[2]["at"]})
    with frozen(now + timedelta(hours=3)):
        claimed("c4")
        assert refusal() == (409, "sold_out", {"next_release_at": None})
    assert Coupon.objects.count() == 4


def test_no_release_is_announced_when_the_template_has_nothing_for_it():
    a_template(budget={"quantity": 1})
    a_campaign(
        quantity=4, releases=[{"at": in_hours(-0.5), "quantity": 2}, {"at": in_hours(1), "quantity": 2}]
    )
    claimed("c1")
    assert refusal() == (409, "sold_out", {"next_release_at": None})


def test_the_clock_opens_and_closes_whatever_the_status_says():
    a_template()
    campaign = a_campaign(starts_at=in_hours(1), ends_at=in_hours(2))
    assert refusal() == (409, "not_started", {"starts_at": campaign.current.content["starts_at"]})
    with frozen(campaign.starts_at):
        claimed("c1")
    with frozen(campaign.ends_at - timedelta(milliseconds=1)):
        claimed("c1")
    with frozen(campaign.ends_at):
        assert refusal() == (409, "ended", {"reason": "expired"})
    assert ClaimCampaign.objects.get().status == "approved"


def test_what_people_stopped_gives_nothing(mia):
    a_template()
    campaign = a_campaign()
    ClaimCampaign.objects.update(status="paused", paused_by=mia, revocation_pending=True)
    assert refusal() == (409, "ended", {"reason": "paused"})
    ClaimCampaign.objects.filter(pk=campaign.pk).update(
        status="ended", end_reason="revoked", ended_at=database_now(), revocation_pending=False
    )
    assert refusal() == (409, "ended", {"reason": "revoked"})
    a_campaign("claim-2")
    CouponTemplate.objects.update(status="stopped", stopped_by=mia)
    assert refusal(campaign="claim-2") == (409, "ended", {"reason": "template_closed"})
    assert Coupon.objects.count() == 0


@pytest.mark.parametrize("mode", ["push", "on_event:registration"])
def test_only_what_can_be_claimed_is_known(mode):
    a_template()
    a_campaign(mode=mode)
    assert refusal()[:2] == (404, "unknown_campaign")
    assert refusal(campaign="nothing")[:2] == (404, "unknown_campaign")


@pytest.mark.parametrize(
    ("targeting", "reason"),
    [
        ({"member_levels": [3]}, "member_level"),
        ({"new_customers_only": True}, "new_customers_only"),
        ({"channels": ["app"]}, "channel"),
        ({"terminals": ["ios"]}, "terminal"),
        ({"regions": ["north"]}, "region"),
        ({"audiences": ["vip", "staff"]}, "audience"),
    ],
)
def test_it_is_for_those_whom_the_targeting_means(targeting, reason):
    a_template()
    rule = {"field": "tags", "op": "contains", "value": "vip"}
    upsert_audiences(actor="test", rows=[{"code": "vip", "name": "VIP", "rule": rule}])
    staff = Audience.objects.create(code="staff", name="Staff", has_list=True, list_size=1)
    AudienceMember.objects.create(audience=staff, customer_code="listed")
    Customer.objects.create(code="right", member_level=3, orders=0, tags=["vip"], region="north")
    Customer.objects.create(code="wrong", member_level=2, orders=1, tags=["x"], region="south")
    a_campaign(targeting=targeting)
    whence = {"channel": "app", "terminal": "ios"}

    assert claimed("right", **whence)
    elsewhere = {"channel": "web", "terminal": "android"}
    assert refusal("wrong", **elsewhere) == (403, "not_eligible", {"reason": reason})
    assert refusal("never seen") == (403, "not_eligible", {"reason": reason})
    if reason == "audience":
        assert claimed("listed")
    assert not Customer.objects.filter(code="never seen").exists()


def test_a_refusal_is_noted_when_it_is_asked_to_be():
    a_template()
    a_campaign(quantity=1)
    claimed("c1")
    with pytest.raises(Refused) as refused, transaction.atomic():
        claim(campaign="claim-1", customer="c2")
    assert ClaimAttempt.objects.count() == 0
    refused.value.after()
    noted = ClaimAttempt.objects.values_list("customer_code", "source", "origin", "reason").get()
    assert noted == ("c2", "claim", "claim-1", "sold_out")


def test_sold_out_takes_no_lock():
    a_template(budget={"quantity": 1})
    a_campaign(per_customer=5)
    claimed("c1")
    with CaptureQueriesContext(connection) as queries:
        refusal("c2")
    statements = [one["sql"] for one in queries if "SAVEPOINT" not in one["sql"]]
    assert len(statements) == 1
    assert "UPDATE" not in statements[0]


def test_a_campaign_of_another_shop_is_unknown_to_a_key_of_one():
    from apps.catalog.models import Shop

    Shop.objects.create(code="S1", name="S1")
    a_template(issuer="S1")
    a_campaign()
    with pytest.raises(Refused, match="no such"), transaction.atomic():
        claim(campaign="claim-1", customer="c1", shop="S2")
    with transaction.atomic():
        assert claim(campaign="claim-1", customer="c1", shop="S1")


def test_a_revision_that_adds_claims_counts_for_the_next_who_asks():
    a_template()
    slots = [{"at": in_hours(-0.5), "quantity": 1}, {"at": in_hours(1), "quantity": 1}]
    before = a_campaign(quantity=2, releases=slots).current.content
    claimed("c1")
    assert refusal("c2")[1] == "sold_out"
    slots = [{**before["releases"][0], "quantity": 1_500}, before["releases"][1]]
    a_campaign(quantity=1_501, releases=slots, starts_at=before["starts_at"], ends_at=before["ends_at"])
    claimed("c2")
    assert CampaignAllowance.objects.count() == 16
