"""One activity from the draft to its end, as people live it."""

import pytest

from apps.activities import services
from apps.approvals import services as approvals
from tests.activities.cast import approved, drafted, live, log_of, submitted

pytestmark = pytest.mark.django_db


def test_draft_submit_approve_before_the_start(ann, cleo):
    activity = approved(ann, cleo)
    assert (activity.status, activity.current.number, activity.current.state) == ("approved", 1, "approved")
    assert log_of(activity) == [
        ("activity.create", "user:ann"),
        ("activity.submit", "user:ann"),
        ("activity.approve", "user:cleo"),
    ]


def test_approval_after_the_start_goes_live_at_once(ann, cleo):
    assert live(ann, cleo).status == "live"


def test_rejection_brings_the_draft_back_with_the_reason(ann, cleo):
    activity, request = submitted(ann)
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="折扣太深")
    activity.refresh_from_db()
    assert (activity.status, activity.open_version().state) == ("draft", "draft")


def test_revocation_ends_it(ann, cleo):
    activity = live(ann, cleo)
    request = services.request_revocation(thing=activity, actor=ann, reason="标错价", cancel_unpaid=True)
    activity.refresh_from_db()
    assert (activity.status, activity.revocation_pending) == ("live", True)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason, activity.revocation_pending) == ("ended", "revoked", False)
    assert request.payload == {"cancel_unpaid": True}


def test_pause_and_resume_by_two_people(ann, cleo, dan):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=cleo, reason="核实价格")
    services.resume(thing=activity, actor=dan)
    activity.refresh_from_db()
    assert activity.status == "live"


def test_a_revision_replaces_what_runs_in_one_step(ann, cleo):
    activity = live(ann, cleo)
    draft = services.revise(thing=activity, actor=ann)
    content = {**draft.content, "budget": {"amount": 90_000, "stop_below": 0}}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    request = services.submit(thing=activity, actor=ann)
    activity.refresh_from_db()
    assert (activity.status, activity.current.number) == ("live", 1)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert (activity.status, activity.current.number) == ("live", 2)
    assert activity.current.content["budget"]["amount"] == 90_000
    assert list(activity.versions.values_list("number", "state")) == [(2, "approved"), (1, "superseded")]


def test_draft_is_drafted(ann):
    activity = drafted(ann)
    assert (activity.status, activity.name, activity.kind, activity.layer) == (
        "draft",
        "直减十元",
        "direct_reduction",
        "item",
    )
