"""Review: what blocks a submission, what an approval binds to, revisions of what runs, packets."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import translation

from apps.activities import services
from apps.approvals import services as approvals
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalDecision
from apps.approvals.registry import handler_for
from apps.approvals.selectors import waiting_for
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.offers.models import BookChange
from apps.offers.versions.errors import DocumentFaults
from tests.activities.cast import (
    approved,
    drafted,
    hours,
    log_of,
    picture,
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
    with translation.override("zh-hans"):
        with pytest.raises(DomainError) as caught:
            approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
        assert (caught.value.code, caught.value.message) == ("already_decided", "这个申请已结束（已撤回）。")
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


def test_publishing_tells_the_offer_book_in_the_same_transaction(ann, cleo):
    approved(ann, cleo)
    assert list(BookChange.objects.values_list("offer_code", flat=True)) == ["minus-10"]
