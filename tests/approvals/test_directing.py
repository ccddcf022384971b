"""Handed over, moved, overdue."""

from datetime import timedelta

import pytest

from apps.activities import services
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest, Notice
from apps.approvals.selectors import waiting_for
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry, OutboxEvent
from tests.activities.cast import drafted, person, submitted

pytestmark = pytest.mark.django_db


def overdue(request) -> None:
    now = database_now()
    ApprovalRequest.objects.filter(pk=request.pk).update(
        created_at=now - timedelta(hours=2), due_at=now - timedelta(minutes=1)
    )


def test_handed_over_it_waits_for_one_alone(ann, cleo, dan):
    eve = person("eve", "approver")
    _activity, request = submitted(ann)
    approvals.hand_over(request=request, to=dan, actor=cleo, reason="you know them")
    assert [list(waiting_for(one)) for one in (cleo, dan, eve)] == [[], [request], []]
    assert dan.notices.filter(code="approval.handed_over").count() == 1
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert request.decisions.get().approver == cleo


def test_after_the_first_of_two_it_waits_for_the_others_again(ann, cleo, dan):
    activity = drafted(ann)
    request = services.submit(thing=activity, actor=ann, needed=2)
    approvals.hand_over(request=request, to=dan, actor=cleo)
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    assert [row.pk for row in waiting_for(cleo)] == [request.pk]


def test_it_is_handed_to_somebody_who_can_decide(ann, ben, cleo, dan):
    _activity, request = submitted(ann)
    for to in (ann, ben, cleo):
        with pytest.raises(DomainError) as caught:
            approvals.hand_over(request=request, to=to, actor=cleo)
        assert caught.value.code == "cannot_decide"
    for actor in (ann, ben):
        with pytest.raises(Forbidden):
            approvals.hand_over(request=request, to=dan, actor=actor)
    request.refresh_from_db()
    assert request.assigned_to is None


def test_the_due_time_is_moved_by_submitter_and_approvers(ann, ben, cleo):
    _activity, request = submitted(ann)
    first, second = (database_now() + timedelta(hours=hours) for hours in (5, 6))
    approvals.set_due(request=request, due_at=first, actor=ann)
    approvals.set_due(request=request, due_at=second, actor=cleo)
    with pytest.raises(Forbidden):
        approvals.set_due(request=request, due_at=first, actor=ben)
    with pytest.raises(DomainError) as caught:
        approvals.set_due(request=request, due_at=database_now() - timedelta(seconds=1), actor=ann)
    request.refresh_from_db()
    assert (caught.value.code, request.due_at) == ("due_in_past", second)
    entries = AuditEntry.objects.filter(action="approvals.set_due").order_by("id")
    assert list(entries.values_list("actor", flat=True)) == ["user:ann", "user:cleo"]


def test_overdue_is_told_once_to_approvers_and_administrators(ann, ben, cleo, dan):
    adam = person("adam", "administrator")
    _activity, request = submitted(ann)
    assert approvals.escalate() == 0
    overdue(request)
    assert [approvals.escalate() for _again in range(3)] == [1, 0, 0]
    told = Notice.objects.filter(code="approval.overdue").values_list("user__username", flat=True)
    assert sorted(told) == sorted(["cleo", "dan", "adam"])
    assert OutboxEvent.objects.filter(topic="approval.overdue").count() == 1
    assert adam.notices.get().request == request
    assert AuditEntry.objects.get(action="approvals.escalate").actor == "system"


def test_a_new_due_time_can_be_missed_again(ann, cleo):
    _activity, request = submitted(ann)
    overdue(request)
    approvals.escalate()
    approvals.set_due(request=request, due_at=database_now() + timedelta(hours=1), actor=cleo)
    assert approvals.escalate() == 0
    overdue(request)
    assert approvals.escalate() == 1


def test_what_is_overdue_waits_for_everybody_again(ann, cleo, dan):
    _activity, request = submitted(ann)
    approvals.hand_over(request=request, to=dan, actor=cleo)
    overdue(request)
    approvals.escalate()
    assert [row.pk for row in waiting_for(cleo)] == [request.pk]


def test_what_is_decided_is_not_overdue(ann, cleo):
    _activity, request = submitted(ann)
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="no")
    overdue(request)
    assert approvals.escalate() == 0


def test_whoever_submits_late_leaves_the_approvers_ten_minutes(ann, cleo):
    _activity, request = submitted(ann)
    ApprovalRequest.objects.filter(pk=request.pk).update(due_at=request.created_at)
    assert approvals.escalate() == 0
    ApprovalRequest.objects.filter(pk=request.pk).update(
        created_at=request.created_at - timedelta(minutes=11),
        due_at=request.created_at - timedelta(minutes=11),
    )
    assert approvals.escalate() == 1


def test_each_step_is_an_event(ann, cleo, dan):
    _activity, request = submitted(ann)
    approvals.hand_over(request=request, to=dan, actor=cleo)
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    events = OutboxEvent.objects.filter(subject=str(request.pk), topic__startswith="approval.").order_by("id")
    assert [(event.topic, event.payload["subject_code"]) for event in events] == [
        ("approval.asked", "minus-10"),
        ("approval.handed_over", "minus-10"),
        ("approval.approved", "minus-10"),
    ]
