"""The patrol: what could sell too cheap becomes one alert per mistake, closed with a cause, and may pause by rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.activities.models import Activity
from apps.catalog.models import Category, Portal, Sku
from apps.core import jobs
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.core.models import AuditEntry, OutboxEvent
from apps.impact.lifecycle import Cause
from apps.impact.models import Alert, AlertGood, PauseRule
from apps.impact.patrol import closing, pausing, rounds, walking
from apps.offers.versions.running import pause
from apps.orders.carried import STAFF
from apps.orders.quoting import quote
from tests.activities.cast import approved, goods, hours, live, person

pytestmark = pytest.mark.django_db
PLAIN: dict[str, Any] = {"stock": {}, "budget": {}}
HALF = {"metric": "amount", "tiers": [{"at": 0, "benefit": {"percentage_off": 5_000}}]}


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    Portal.objects.get_or_create(currency="CNY")
    goods()


def protect() -> None:
    """Floors that somebody sets after the approvals, which would have asked about them."""
    Sku.objects.filter(pk="A", floor_price_amount=None).update(floor_price_amount=6_000, cost_amount=3_000)
    Sku.objects.filter(pk="B", floor_price_amount=None).update(floor_price_amount=1_000)


def half(author: Any, approver: Any, code: str, **fields: Any) -> Activity:
    shape = {"name": code, "layer": "platform", "kind": "threshold", "params": HALF}
    return approved(author, approver, code, **{**shape, **PLAIN, **fields})


def patrol() -> jobs.Job:
    protect()
    with transaction.atomic():
        job = walking.start(actor=None)
    return jobs.run(job)


def test_two_halves_that_stack_later_are_found_tonight(ann: Any, cleo: Any) -> None:
    """Given two offers of the day after tomorrow that stack to a quarter, then SKU A could be had below its cost."""
    later = hours(48, 72)
    approved(ann, cleo, "item", **{**PLAIN, "kind": "percentage_off", "params": {"bps": 5_000}, **later})
    half(ann, cleo, "again", **later)

    job = patrol()

    assert (job.state, job.result["low"], job.result["raised"]) == ("done", 1, 1)
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, sorted(alert.offers)) == ("below_cost", "critical", ["again", "item"])
    good = alert.goods.get()
    assert (good.sku, good.amount, good.units, good.floor_amount, good.cost_amount) == (
        "A",
        2_500,
        1,
        6_000,
        3_000,
    )
    assert good.stack == [["item", "直减十元", 5_000, False], ["again", "again", 2_500, False]]
    assert good.as_of == Activity.objects.get(code="item").starts_at
    event = OutboxEvent.objects.get(topic="alert.raised")
    assert (event.subject, event.payload["severity"], event.payload["skus"]) == (str(alert.pk), "critical", 1)


def test_the_same_mistake_is_one_alert_however_often_it_is_found(ann: Any, cleo: Any) -> None:
    half(ann, cleo, "half")
    Sku.objects.filter(pk="B").update(floor_price_amount=9_000)
    patrol()
    patrol()

    alert = Alert.objects.get()
    assert (alert.kind, alert.times, alert.goods.count()) == ("below_floor", 2, 2)
    assert OutboxEvent.objects.filter(topic="alert.raised").count() == 1


def test_nothing_is_too_cheap_where_the_guard_holds(ann: Any, cleo: Any) -> None:
    """The control: the same offers, and a minimum price that keeps the engine above the floor."""
    half(ann, cleo, "half")
    Sku.objects.filter(pk="A").update(min_price_amount=6_000)
    assert patrol().result["low"] == 0
    assert not Alert.objects.exists()
    Sku.objects.filter(pk="A").update(min_price_amount=5_999)
    assert patrol().result["low"] == 1


def test_a_search_that_was_cut_off_goes_on_and_finds_nothing_twice(
    ann: Any, cleo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    half(ann, cleo, "half")
    Sku.objects.filter(pk="B").update(floor_price_amount=9_000, price_amount=9_900)
    protect()
    monkeypatch.setattr(walking, "MOST_CLASSES", 1)
    with transaction.atomic():
        job = walking.start(actor=None)
    with transaction.atomic():
        first = walking.step(job)
    assert (first.cursor, first.done, first.total, first.finished) == ({"after": "A"}, 1, 2, False)
    job.cursor, job.result = first.cursor, first.result
    walking._fields.clear()  # another worker takes over
    with transaction.atomic():
        second = walking.step(job)
    assert (second.cursor, second.done, second.finished) == ({"after": "B"}, 1, True)
    assert (Alert.objects.count(), AlertGood.objects.count(), Alert.objects.get().times) == (1, 2, 1)


def test_an_alert_is_closed_with_a_cause_by_who_may(ann: Any, cleo: Any) -> None:
    half(ann, cleo, "half")
    patrol()
    alert = Alert.objects.get()
    mia = person("mia", "analyst")
    for actor, note, error in ((mia, "seen", Forbidden), (ann, " ", DomainError)):
        with pytest.raises(error):
            closing.close_alert(alert=alert, cause=Cause.FIXED, note=note, actor=actor)
        alert.refresh_from_db()
        assert (alert.state, alert.closed_by_id) == ("open", None)

    closing.close_alert(alert=alert, cause=Cause.FIXED, note="price put right", actor=ann)

    alert.refresh_from_db()
    assert (alert.state, alert.cause, alert.closed_by, alert.note) == (
        "closed",
        "fixed",
        ann,
        "price put right",
    )
    entry = AuditEntry.objects.get(action="alert.close")
    assert (entry.actor, entry.after, entry.reason) == (
        "user:ann", {"state": "closed", "cause": "fixed"}, "price put right",
    )  # fmt: skip
    assert OutboxEvent.objects.filter(topic="alert.closed").count() == 1
    with pytest.raises(DomainError, match="closed it already"):
        closing.close_alert(alert=alert, cause=Cause.FIXED, note="again", actor=cleo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(cause=None)


def test_what_was_accepted_is_raised_again_only_when_it_gets_cheaper(ann: Any, cleo: Any) -> None:
    half(ann, cleo, "half")
    patrol()
    closing.close_alert(alert=Alert.objects.get(), cause=Cause.ACCEPTED, note="meant", actor=ann)
    patrol()
    assert Alert.objects.filter(state="open").count() == 0
    Sku.objects.filter(pk="A").update(price_amount=9_000)
    patrol()
    assert Alert.objects.get(state="open").goods.get().amount == 4_500


def test_what_was_put_right_wrongly_is_raised_anew(ann: Any, cleo: Any) -> None:
    half(ann, cleo, "half")
    patrol()
    closing.close_alert(alert=Alert.objects.get(), cause=Cause.FIXED, note="done", actor=ann)
    patrol()
    assert list(Alert.objects.order_by("id").values_list("state", flat=True)) == ["closed", "open"]


def test_a_rule_of_two_administrators_pauses_by_itself(ann: Any, cleo: Any) -> None:
    one, two = person("root1", "administrator"), person("root2", "administrator")
    with pytest.raises(Forbidden):
        pausing.propose(kind="below_floor", at_least=1, reason="r", actor=ann)
    rule = pausing.propose(kind="below_floor", at_least=1, reason="nobody watches at night", actor=one)
    with pytest.raises(FourEyes):
        pausing.confirm(rule=rule, actor=one)
    activity = live(ann, cleo, "cheap", **{**PLAIN, "params": {"value": 5_000}})

    patrol()  # nobody has confirmed the rule yet
    activity.refresh_from_db()
    assert activity.status == "live"

    closing.close_alert(alert=Alert.objects.get(), cause=Cause.FIXED, note="not yet", actor=ann)
    pausing.confirm(rule=rule, actor=two)
    patrol()

    activity.refresh_from_db()
    assert (activity.status, activity.paused_by) == ("paused", two)
    entry = AuditEntry.objects.get(action="activity.pause")
    assert (entry.actor, entry.after["pause_rule"]) == ("system", rule.pk)
    assert f"规则 {rule.pk}" in entry.reason
    assert Alert.objects.get(state="open").paused == "cheap"
    answer = quote(
        b'{"currency":"CNY","lines":[{"line":"1","sku":"A","quantity":1}]}',
        asker=STAFF,
        check_preview=lambda: None,
    )
    assert answer["payable_total"] == 10_000
    with pytest.raises(IntegrityError), transaction.atomic():
        PauseRule.objects.filter(pk=rule.pk).update(confirmed_by=one)


def test_a_rule_that_wants_more_goods_leaves_it_alone(ann: Any, cleo: Any) -> None:
    one, two = person("root1", "administrator"), person("root2", "administrator")
    rule = pausing.propose(kind="below_floor", at_least=2, reason="r", actor=one)
    pausing.confirm(rule=rule, actor=two)
    activity = live(ann, cleo, "cheap", **{**PLAIN, "params": {"value": 5_000}})
    patrol()
    activity.refresh_from_db()
    assert (activity.status, Alert.objects.get().paused) == ("live", "")


def test_goods_that_came_into_a_scope_are_searched_within_the_hour(ann: Any, cleo: Any) -> None:
    category = Category.objects.create(code="sale", name="sale", path=["sale"])
    Sku.objects.filter(pk="B").update(category=category)
    half(ann, cleo, "half", scope={"mode": "include", "categories": ["sale"]})
    protect()
    assert rounds.recheck() is None  # the first look only begins
    Sku.objects.filter(pk="A").update(category=category, updated_at=database_now())

    job = rounds.recheck()

    assert job is not None
    assert job.params["skus"] == ["A"]
    assert jobs.run(job).result["raised"] == 1
    assert rounds.recheck() is None


def test_the_nightly_round_goes_once_a_day_from_its_hour_on() -> None:
    midnight = database_now().replace(hour=16, minute=30, second=0, microsecond=0)  # half past midnight there
    with frozen(midnight):
        assert rounds.nightly() is None
    with frozen(midnight + timedelta(hours=3)):
        assert rounds.nightly() is not None
        assert rounds.nightly() is None
    with frozen(midnight + timedelta(hours=27)):
        assert rounds.nightly() is not None


def test_open_alerts_stand_on_the_home_page_and_are_closed_on_their_own(
    ann: Any, cleo: Any, as_user: Any
) -> None:
    half(ann, cleo, "half")
    patrol()
    alert = Alert.objects.get()
    client = as_user(ann)
    home = client.get("/admin/").content.decode()
    assert f"/admin/impact/alert/{alert.pk}/change/" in home
    rows = client.get("/admin/impact/alert/rows/").content.decode()
    assert 'data-alert="below_floor"' in rows
    assert "1 SKU from ¥50" in rows
    page = client.get(f"/admin/impact/alert/{alert.pk}/change/")
    (shown,) = page.context["goods"]
    assert client.get(shown.url).context["goods"][0]["lowest"] == 5_000  # the simulator shows the same price
    for user, status in ((person("mia2", "analyst"), 200), (person("kim", "customer_service"), 403)):
        answer = as_user(user).get(f"/admin/impact/alert/{alert.pk}/change/")
        assert (answer.status_code, getattr(answer, "context", None) and answer.context.get("form")) in (
            (200, None), (403, None),
        )  # fmt: skip
        assert answer.status_code == status

    answer = client.post(f"/admin/impact/alert/{alert.pk}/change/", {"cause": "fixed", "note": ""})
    assert answer.status_code == 200
    alert.refresh_from_db()
    assert alert.state == "open"
    client.post(f"/admin/impact/alert/{alert.pk}/change/", {"cause": "fixed", "note": "put right"})
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by) == ("closed", ann)
    assert "data-alert" not in client.get("/admin/impact/alert/rows/").content.decode()


def test_the_page_of_a_mass_start_says_what_changes_and_that_the_book_holds_it(
    ann: Any, cleo: Any, as_user: Any
) -> None:
    at = hours(20, 30)
    for code in ("one", "two"):
        half(ann, cleo, code, **at, scope={"mode": "include", "skus": ["A"]})
    half(ann, cleo, "three", **hours(2, 3))
    paused = half(ann, cleo, "four", **at)
    client = as_user(ann)
    start = client.get("/admin/impact/alert/starts/").context["start"]
    assert ([one.activity.code for one in start.activities], start.skus, start.ready) == (
        ["four", "one", "two"], 2, True,
    )  # fmt: skip
    assert start.held_since is not None
    pause(thing=paused, actor=ann, reason="not yet")
    start = client.get("/admin/impact/alert/starts/").context["start"]
    assert {one.activity.code: one.ready for one in start.activities} == {
        "four": False,
        "one": True,
        "two": True,
    }
    assert (start.ready, start.held_since) == (False, None)
