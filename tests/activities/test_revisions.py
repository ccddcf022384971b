"""Revisions: a draft beside what runs, and how little it may change once it runs."""

from datetime import timedelta

import pytest

from apps.activities import services
from apps.approvals import services as approvals
from apps.core.clock import database_now, frozen
from apps.offers.versions.errors import ChangeNotAllowed
from tests.activities.cast import (
    approved,
    hours,
    live,
    picture,
)

pytestmark = pytest.mark.django_db


def revised(activity, actor, **changes):
    version = services.revise(thing=activity, actor=actor)
    content = {**version.content, **changes}
    services.save_draft(thing=activity, content=content, actor=actor, seen_revision=1)
    return activity.open_version()


def test_before_its_start_a_revision_may_change_anything(ann, cleo):
    activity = approved(ann, cleo)
    revised(activity, ann, params={"value": 2_000}, scope={"mode": "include", "skus": ["A"]}, **hours(2, 3))
    request = services.submit(thing=activity, actor=ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert (activity.current.number, activity.current.content["params"]) == (2, {"value": 2_000})
    assert activity.starts_at.isoformat() == activity.current.content["starts_at"]


def test_what_runs_takes_a_later_end_more_stock_and_budget_and_other_texts(ann, cleo):
    activity = live(ann, cleo)
    revised(
        activity,
        ann,
        name="加时",
        ends_at=hours(0, 48)["ends_at"],
        stock={"total": None, "per_sku": {"A": 20}},
        budget={"amount": 60_000},
        display={"badge": "热"},
        placements=["home"],
        goals=[{"metric": "gmv", "target": 1}],
    )
    request = services.submit(thing=activity, actor=ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert (activity.name, activity.status, activity.current.number) == ("加时", "live", 2)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("params.value", {"params": {"value": 2_000}}),
        ("priority", {"priority": 1}),
        ("stock.total", {"stock": {"total": 99, "per_sku": {"A": 10}}}),
        ("stock.per_sku.A", {"stock": {"total": 100, "per_sku": {"A": 9}}}),
        ("stock.per_sku.B", {"stock": {"total": 100, "per_sku": {"A": 10, "B": 5}}}),
        ("budget.amount", {"budget": {"amount": 49_999}}),
        ("budget.stop_below", {"budget": {"amount": 50_000, "stop_below": 5}}),
        ("targeting.channels", {"targeting": {"channels": ["app"]}}),
        ("limits.total_orders", {"limits": {"total_orders": 5}}),
        ("restock", {"restock": True}),
    ],
)
def test_what_runs_takes_nothing_else(ann, cleo, path, changes):
    activity = live(ann, cleo)
    revised(activity, ann, **changes)
    before = picture(activity)
    with pytest.raises(ChangeNotAllowed) as caught:
        services.submit(thing=activity, actor=ann)
    assert [change.path for change in caught.value.changes] == [path]
    assert picture(activity) == before


def test_what_runs_does_not_end_earlier(ann, cleo):
    activity = live(ann, cleo)
    revised(activity, ann, ends_at=hours(0, 2)["ends_at"])
    with pytest.raises(ChangeNotAllowed) as caught:
        services.submit(thing=activity, actor=ann)
    assert [change.path for change in caught.value.changes] == ["ends_at"]


def test_a_revision_submitted_before_the_start_is_judged_again_at_its_approval(ann, cleo):
    activity = approved(ann, cleo)
    revised(activity, ann, params={"value": 2_000})
    request = services.submit(thing=activity, actor=ann)
    with frozen(database_now() + timedelta(hours=2)), pytest.raises(ChangeNotAllowed):
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert (activity.current.number, activity.open_version().state) == (1, "in_review")
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="已开始")
    assert activity.open_version().state == "draft"


def test_a_new_version_closes_what_was_asked_about_the_old_one(ann, cleo, dan):
    activity = live(ann, cleo)
    services.stop_skus(activity=activity, skus=["A"], actor=ann, reason="缺货")
    lift = services.request_lift(activity=activity, stops=activity.stops.all(), actor=ann, reason="到货")
    revised(activity, ann, budget={"amount": 70_000})
    request = services.submit(thing=activity, actor=ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    lift.refresh_from_db()
    assert lift.state == "superseded"
    assert services.request_lift(
        activity=activity, stops=activity.stops.all(), actor=ann, reason="到货"
    ).is_pending
