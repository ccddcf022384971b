"""Review: what blocks a submission, what an approval binds to, revisions of what runs, packets."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from apps.activities import services
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalDecision, ApprovalRequest
from apps.approvals.registry import handler_for
from apps.approvals.selectors import waiting_for
from apps.core.audit_queries import registered
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.offers.models import BookChange
from apps.offers.versions.errors import ChangeNotAllowed, DocumentFaults
from tests.activities.cast import (
    approved,
    document,
    drafted,
    goods,
    hours,
    live,
    log_of,
    picture,
    shift,
    submitted,
)

pytestmark = pytest.mark.django_db


def faults_on_submitting(activity, actor) -> list[tuple[str, str]]:
    with pytest.raises(DocumentFaults) as caught:
        services.submit(thing=activity, actor=actor)
    return [(fault.path, fault.code) for fault in caught.value.faults]


def test_all_faults_block_the_submission_together(ann):
    activity = drafted(ann, **hours(-1, -2), scope={"mode": "include", "tags": ["nothing-has-it"]})
    before = picture(activity)
    assert faults_on_submitting(activity, ann) == [
        ("ends_at", "end_before_start"),
        ("ends_at", "past"),
        ("scope", "nothing_in_scope"),
    ]
    assert picture(activity) == before


def test_a_request_carries_hash_editors_and_a_due_time_before_the_start(ann, ben):
    activity = drafted(ann, **hours(10, 20))
    version = activity.open_version()
    services.save_draft(thing=activity, content={**version.content, "name": "本"}, actor=ben, seen_revision=1)
    request = services.submit(thing=activity, actor=ann)
    activity.refresh_from_db()
    assert (request.action, request.subject_code, request.version) == ("activity.publish", "minus-10", 1)
    assert request.content_hash == activity.open_version().content_hash
    assert request.barred_ids == [ann.pk, ben.pk]
    assert activity.starts_at - request.due_at == timedelta(hours=4)


def test_an_approver_sees_what_changed_and_is_told_that_it_goes_live_at_once(ann, cleo):
    _activity, request = submitted(ann, **hours(-1, 5))
    handler = handler_for(request)
    assert [str(line) for line in handler.describe(request).warnings] == [
        "Its start has passed: it goes live at once when you approve."
    ]
    assert {change.path for change in handler.diff(request)} >= {"name", "params.value", "starts_at"}
    assert handler.faults(request) == []
    assert list(waiting_for(cleo)) == [request]
    assert list(waiting_for(ann)) == []


def test_approval_is_refused_after_the_end(ann, cleo):
    activity, request = submitted(ann)
    with frozen(database_now() + timedelta(days=2)), pytest.raises(DomainError) as caught:
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert caught.value.code == "over"
    activity.refresh_from_db()
    request.refresh_from_db()
    assert (activity.status, request.state, ApprovalDecision.objects.count()) == ("in_review", "pending", 0)


def test_a_decision_on_another_content_is_stale(ann, cleo):
    activity, request = submitted(ann)
    before = picture(activity)
    for verdict in Verdict:
        with pytest.raises(DomainError) as caught:
            approvals.decide(request=request, actor=cleo, verdict=verdict, seen_hash="0" * 64, reason="x")
        assert caught.value.code == "stale"
    assert picture(activity) == before


def test_approving_after_a_withdrawal_and_an_edit_is_refused(ann, cleo):
    activity, request = submitted(ann)
    services.withdraw(thing=activity, actor=ann)
    content = {**activity.open_version().content, "params": {"value": 9_999}}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    again = services.submit(thing=activity, actor=ann)
    with pytest.raises(DomainError) as caught:
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert caught.value.code == "already_decided"
    with pytest.raises(DomainError) as caught:
        approvals.approve(request=again, actor=cleo, seen_hash=request.content_hash)
    assert caught.value.code == "stale"
    activity.refresh_from_db()
    assert activity.status == "in_review"


def test_only_the_submitter_withdraws(ann, ben):
    activity, _request = submitted(ann)
    before = picture(activity)
    with pytest.raises(Forbidden) as caught:
        services.withdraw(thing=activity, actor=ben)
    assert caught.value.code == "not_yours"
    assert picture(activity) == before
    services.withdraw(thing=activity, actor=ann)
    activity.refresh_from_db()
    assert activity.status == "draft"


def test_a_rejection_needs_a_reason(ann, cleo):
    activity, request = submitted(ann)
    before = picture(activity)
    with pytest.raises(DomainError) as caught:
        approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="  ")
    assert (caught.value.code, caught.value.field) == ("reason_required", "reason")
    assert picture(activity) == before


def test_what_was_rejected_is_edited_and_submitted_again_and_its_editors_stay(ann, ben, cleo):
    activity, request = submitted(ann)
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="太深")
    content = {**activity.open_version().content, "params": {"value": 500}}
    services.save_draft(thing=activity, content=content, actor=ben, seen_revision=1)
    again = services.submit(thing=activity, actor=ben)
    assert again.barred_ids == [ann.pk, ben.pk]
    approvals.approve(request=again, actor=cleo, seen_hash=again.content_hash)
    assert log_of(activity)[-4:] == [
        ("activity.reject", "user:cleo"),
        ("activity.edit", "user:ben"),
        ("activity.submit", "user:ben"),
        ("activity.approve", "user:cleo"),
    ]


def test_high_risk_needs_two_different_approvers(ann, cleo, dan):
    activity = drafted(ann)
    request = services.submit(thing=activity, actor=ann, needed=2)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert activity.status == "in_review"
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert list(waiting_for(cleo)) == []
    assert list(waiting_for(dan)) == [request]
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert activity.status == "approved"
    assert [action for action, _who in log_of(activity)][-2:] == ["approvals.sign", "activity.approve"]


def test_the_second_of_two_may_still_reject(ann, cleo, dan):
    activity = drafted(ann)
    request = services.submit(thing=activity, actor=ann, needed=2)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    approvals.reject(request=request, actor=dan, seen_hash=request.content_hash, reason="底价")
    activity.refresh_from_db()
    assert activity.status == "draft"


def four_eyes_refused(request, actor, activity) -> None:
    before = picture(activity)
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=actor, seen_hash=request.content_hash)
    assert picture(activity) == before
    assert ApprovalDecision.objects.count() == 0


def test_nobody_approves_own_work_not_even_with_both_roles_or_as_superuser(ann, ben, root):
    ben.groups.add(Group.objects.get(name="approver"))
    activity = drafted(ann)
    content = {**activity.open_version().content, "name": "本"}
    services.save_draft(thing=activity, content=content, actor=ben, seen_revision=1)
    four_eyes_refused(services.submit(thing=activity, actor=ann), ben, activity)

    mine = drafted(root, "root-1")
    four_eyes_refused(services.submit(thing=mine, actor=root), root, mine)


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


def test_publishing_tells_the_offer_book_in_the_same_transaction(ann, cleo):
    approved(ann, cleo)
    assert list(BookChange.objects.values_list("offer_code", flat=True)) == ["minus-10"]


def packet(ann, *codes: str) -> list[ApprovalRequest]:
    goods()
    for code in codes:
        services.save_document(model=Activity, content=document(code), actor=ann, batch="pack-1")
    return services.submit_packet(batch="pack-1", actor=ann)


def test_a_packet_is_decided_as_one(ann, cleo):
    requests = packet(ann, "a", "b", "c")
    seen = approvals.packet_hash(requests)
    approvals.decide_packet(batch="pack-1", actor=cleo, verdict=Verdict.APPROVE, seen_hash=seen)
    assert set(Activity.objects.values_list("code", "status")) == {(code, "approved") for code in "abc"}


def test_single_items_of_a_packet_are_sent_back_first(ann, cleo):
    requests = packet(ann, "a", "b")
    seen = approvals.packet_hash(requests)
    approvals.reject(request=requests[0], actor=cleo, seen_hash=requests[0].content_hash, reason="改")
    with pytest.raises(DomainError) as caught:
        approvals.decide_packet(batch="pack-1", actor=cleo, verdict=Verdict.APPROVE, seen_hash=seen)
    assert caught.value.code == "stale"
    rest = approvals.packet_hash(requests[1:])
    approvals.decide_packet(batch="pack-1", actor=cleo, verdict=Verdict.APPROVE, seen_hash=rest)
    assert dict(Activity.objects.values_list("code", "status")) == {"a": "draft", "b": "approved"}


def test_a_packet_with_a_fault_is_not_submitted_at_all(ann):
    goods()
    services.save_document(model=Activity, content=document("good"), actor=ann, batch="pack-1")
    services.save_document(
        model=Activity, content=document("late", **hours(-3, -2)), actor=ann, batch="pack-1"
    )
    with pytest.raises(DocumentFaults) as caught:
        services.submit_packet(batch="pack-1", actor=ann)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("late: ends_at", "past")]
    assert set(Activity.objects.values_list("status", flat=True)) == {"draft"}


def test_publishing_without_approval_needs_the_setting_and_a_portal_that_never_approved(ann, cleo, settings):
    activity = drafted(ann, **hours(-1, 5))
    with pytest.raises(DomainError) as caught:
        services.publish_without_approval(thing=activity)
    assert caught.value.code == "publish_forbidden"
    settings.ALLOW_PUBLISH = True
    assert services.publish_without_approval(thing=activity).status == "live"
    assert log_of(activity)[1:] == [
        ("activity.submit", "system"),
        ("activity.publish_without_approval", "system"),
    ]
    assert activity.versions.get().without_approval is True

    approved(ann, cleo, "second")
    third = drafted(ann, "third")
    with pytest.raises(DomainError) as caught:
        services.publish_without_approval(thing=third)
    assert caught.value.code == "publish_forbidden"
    third.refresh_from_db()
    assert third.status == "draft"


def test_what_is_published_after_its_end_is_there_for_the_past(ann, settings):
    settings.ALLOW_PUBLISH = True
    activity = drafted(ann, **hours(-5, -1))
    assert services.publish_without_approval(thing=activity).status == "approved"


def test_every_promise_holds_and_a_forged_content_is_found(ann, cleo):
    activity = live(ann, cleo)
    shift(activity, timedelta(minutes=1))
    revised(activity, ann, budget={"amount": 70_000})
    promises = [
        query for query in registered() if query.name.startswith(("activity.", "template.", "campaign."))
    ]
    assert len(promises) == 9
    assert [fault for query in promises for fault in query.find()] == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE activities_activityversion SET content = jsonb_set(content, '{params,value}', '9999')"
            " WHERE state = 'approved'"
        )
        cursor.execute("UPDATE activities_activity SET status = 'paused', paused_by_id = owner_id")
        cursor.execute("SET session_replication_role = origin")
    assert [fault for query in promises for fault in query.find()] == [
        "minus-10: is paused, but the log says live",
        "minus-10: the content that runs does not have its hash",
    ]
