"""Campaigns on events: noted where the event happens, given a moment later, each event once."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from apps.audiences.services import ensure_customer, put_customer, upsert_audiences
from apps.core import webhooks
from apps.core.clock import database_now, frozen
from apps.coupons import services, tasks
from apps.coupons.models import ClaimAttempt, Coupon, EventGrant
from apps.coupons.services import on_event
from apps.coupons.services.on_event import note_birthdays
from tests.coupons.world import a_campaign, a_template, in_hours
from tests.orders_life.shop import Shop, key
from tests.storefront import fair

__all__ = ["key"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


def on(event, **changes):
    a_template()
    return a_campaign(mode=f"on_event:{event}", **{"per_customer": 1, **changes})


def put(code="c1", **told):
    return put_customer(code=code, actor="test", **told)


def given():
    """Customer and event of what was given, after the task has run."""
    tasks.give_for_events()
    assert not EventGrant.objects.filter(state="waiting").exists()
    rows = EventGrant.objects.filter(state="granted").order_by("id")
    found = list(rows.values_list("customer_code", "event"))
    assert sorted(code for code, _ in found) == sorted(Coupon.objects.values_list("customer_code", flat=True))
    return found


def test_who_registers_gets_one_once():
    on("registration")
    put()
    put(member_level=None, tags=["a"])
    assert given() == [("c1", "registration")]
    assert set(Coupon.objects.values_list("source", "origin")) == {("event", "claim-1")}
    assert tasks.give_for_events() == 0


def test_who_ordered_first_and_registers_later_gets_one():
    on("registration")
    ensure_customer("c1")
    assert given() == []
    put(registered_at=database_now())
    assert given() == [("c1", "registration")]


def test_a_level_counts_when_it_rises_each_once():
    on("level_up", per_customer=None)
    put(member_level=1)  # new with a level: no rise
    put(member_level=2)
    put(member_level=1)
    put(member_level=2)
    put(member_level=3)
    assert given() == [("c1", "level:2"), ("c1", "level:3")]


def test_an_event_outside_the_window_brings_nothing(ann):
    campaign = on("registration", starts_at=in_hours(1))
    put("early")
    with frozen(database_now() + timedelta(hours=2)):
        put("in-time")
        services.pause(thing=campaign, actor=ann, reason="x")
        put("paused")
    with frozen(database_now() + timedelta(days=3)):
        put("late")
    assert list(EventGrant.objects.values_list("customer_code", flat=True)) == ["in-time"]


def test_what_was_noted_waits_while_it_is_paused_and_is_refused_once_it_is_over(ann):
    campaign = on("registration")
    put()
    services.pause(thing=campaign, actor=ann, reason="x")
    assert tasks.give_for_events() == 0
    assert EventGrant.objects.get().state == "waiting"
    type(campaign).objects.update(status="ended", end_reason="expired", ended_at=database_now())
    tasks.give_for_events()
    assert EventGrant.objects.values_list("state", "reason").get() == ("refused", "ended")


def test_only_who_is_meant_and_within_the_limits():
    upsert_audiences(
        actor="test", rows=[{"code": "top", "rule": {"field": "member_level", "op": "gte", "value": 3}}]
    )
    on("level_up", per_customer=1, targeting={"audiences": ["top"]})
    for level in (1, 2, 3, 4):
        put(member_level=level)
        given()
    assert list(EventGrant.objects.order_by("id").values_list("event", "reason")) == [
        ("level:2", "not_eligible"),
        ("level:3", ""),
        ("level:4", "limit_reached"),
    ]
    assert list(ClaimAttempt.objects.order_by("id").values_list("source", "origin", "reason")) == [
        ("event", "claim-1", "not_eligible"),
        ("event", "claim-1", "limit_reached"),
    ]


def test_two_events_of_one_customer_at_once_are_two_claims():
    on("level_up", per_customer=None)
    put(member_level=1)
    put(member_level=2)
    put(member_level=3)
    assert given() == [("c1", "level:2"), ("c1", "level:3")]


def test_the_quantity_ends_it_exactly():
    on("registration", quantity=3)
    for number in range(5):
        put(f"c{number}")
    assert len(given()) == 3
    assert EventGrant.objects.filter(state="refused", reason="sold_out").count() == 2


def test_birthdays_of_the_portals_day_once_a_year():
    on("birthday", per_customer=None, ends_at=(database_now() + timedelta(days=800)).isoformat())
    for code, birthday in (
        ("a", "11-22"),
        ("b", "1990-11-22"),
        ("c", "11-23"),
        ("d", "22-11"),
        ("e", "x11-22"),
    ):
        put(code, attributes={"birthday": birthday})
    put("f", attributes={"birthday": 1122})
    put("g")
    assert (note_birthdays(date(2026, 11, 22)), note_birthdays(date(2026, 11, 22))) == (2, 0)
    assert given() == [("a", "birthday:2026"), ("b", "birthday:2026")]
    assert note_birthdays(date(2027, 11, 22)) == 2


@pytest.mark.parametrize(
    ("day", "noted"),
    [(date(2027, 2, 28), 2), (date(2028, 2, 28), 1), (date(2028, 2, 29), 1), (date(2027, 3, 1), 0)],
)
def test_who_was_born_on_the_29th_of_february_celebrates_every_year(day, noted):
    on("birthday")
    put("a", attributes={"birthday": "02-29"})
    put("b", attributes={"birthday": "1999-02-28"})
    assert note_birthdays(day) == noted


def test_the_day_is_that_of_the_portal(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    on("birthday", ends_at=(database_now() + timedelta(days=8)).isoformat())
    evening = database_now().replace(hour=16, minute=30) + timedelta(days=1)
    put("a", attributes={"birthday": (evening + timedelta(hours=8)).strftime("%m-%d")})
    with frozen(evening - timedelta(hours=1)):
        assert tasks.note_birthdays() == 0
    with frozen(evening):
        assert tasks.note_birthdays() == 1


def test_a_paid_order_brings_one_through_the_outbox(key):
    # Given
    fair.set_up()
    on("paid", per_customer=None)
    shop = Shop(key)
    shop.paid("o1", customer="c1")
    shop.paid("o2", customer="c1")
    shop.paid("o3")
    shop.held("o4", customer="c2")

    # Then paying alone has noted nothing
    assert EventGrant.objects.count() == 0

    # When the relay runs, twice
    webhooks.fan_out()
    webhooks.fan_out()

    # Then
    assert sorted(given()) == [("c1", "paid:o1"), ("c1", "paid:o2")]


def test_what_fails_in_the_relay_is_tried_again(key, monkeypatch):
    fair.set_up()
    on("paid")
    Shop(key).paid("o1", customer="c1")
    monkeypatch.setattr(on_event, "note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        webhooks.fan_out()
    monkeypatch.undo()
    webhooks.fan_out()
    assert given() == [("c1", "paid:o1")]


def test_a_killed_batch_is_given_once(monkeypatch):
    on("registration")
    put()
    monkeypatch.setattr(on_event, "_settle", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        on_event.give_batch("claim-1")
    assert Coupon.objects.count() == 0
    monkeypatch.undo()
    assert given() == [("c1", "registration")]
