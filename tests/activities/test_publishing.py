"""Packets, publishing a fresh portal without approval, and the promises that `audit` checks."""

from datetime import timedelta

import pytest
from django.db import connection

from apps.activities import services
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalRequest
from apps.core.audit_queries import registered
from apps.core.errors import DomainError
from apps.offers.versions.errors import DocumentFaults
from tests.activities.cast import (
    approved,
    document,
    drafted,
    goods,
    hours,
    live,
    log_of,
    shift,
)

pytestmark = pytest.mark.django_db


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
    services.revise(thing=activity, actor=ann)
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
