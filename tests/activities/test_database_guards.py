"""What the database refuses by itself: no service, no form, only SQL."""

import itertools
import json

import pytest
from django.db import IntegrityError, connection, transaction

from apps.activities import services
from apps.activities.lifecycle import TABLE, State
from apps.activities.models import Activity, ActivityStop, ActivityVersion
from apps.activities.stops import StopKind
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalDecision
from apps.coupons.lifecycle import CAMPAIGN_TABLE, TEMPLATE_TABLE
from tests.activities.cast import approved, drafted, live, submitted

pytestmark = pytest.mark.django_db


def run(statement: str, *parameters: object) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def refused(statement: str, *parameters: object) -> str:
    """The database's own words when it refuses."""
    with pytest.raises(IntegrityError) as caught:
        run(statement, *parameters)
    return str(caught.value)


def put_into(activity: Activity, state: str) -> None:
    """A state by force, whatever leads there."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE activities_activity SET status = %s, end_reason = CASE WHEN %s = 'ended' THEN 'expired' END,"
            " ended_at = CASE WHEN %s = 'ended' THEN now() END, paused_by_id = owner_id, resumed_by_id = NULL,"
            " current_id = CASE WHEN %s IN ('draft', 'in_review') THEN NULL ELSE"
            " (SELECT min(id) FROM activities_activityversion WHERE subject_id = activities_activity.id) END,"
            " revocation_pending = %s IN ('approved', 'live', 'paused') WHERE id = %s",
            [state, state, state, state, state, activity.pk],
        )
        cursor.execute("SET session_replication_role = origin")


MOVE = (
    "UPDATE activities_activity SET status = %s, resumed_by_id = %s,"
    " end_reason = CASE WHEN %s = 'ended' THEN 'revoked' END, ended_at = CASE WHEN %s = 'ended' THEN now() END,"
    " revocation_pending = false, current_id = CASE WHEN %s IN ('draft', 'in_review') THEN NULL ELSE"
    " (SELECT min(id) FROM activities_activityversion WHERE subject_id = activities_activity.id) END WHERE id = %s"
)


@pytest.mark.parametrize(("source", "target"), list(itertools.permutations([s.value for s in State], 2)))
def test_a_status_changes_along_the_edges_of_the_table_only(ann, cleo, source, target):
    activity = drafted(ann)
    put_into(activity, source)
    parameters = (target, cleo.pk, target, target, target, activity.pk)
    if (source, target) in TABLE.edges():
        assert run(MOVE, *parameters) == 1
    else:
        assert f"no way from {source} to {target}" in refused(MOVE, *parameters)


@pytest.mark.parametrize(
    ("table", "edges"),
    [
        ("activities_activity", TABLE.edges()),
        ("coupons_claimcampaign", CAMPAIGN_TABLE.edges()),
        ("coupons_coupontemplate", TEMPLATE_TABLE.edges()),
    ],
)
def test_the_triggers_know_the_table_of_the_code(table, edges):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{table}_guard"])
        source = cursor.fetchone()[0]
    pairs = ", ".join(f"('{a}', '{b}')" for a, b in sorted(edges))
    assert f"NOT IN ({pairs})" in source


def test_a_thing_begins_as_a_draft(ann):
    activity = drafted(ann)
    copied = (
        "INSERT INTO activities_activity (code, name, shop_code, status, revocation_pending, starts_at, ends_at,"
        " kind, layer, priority, current_id) SELECT 'other', name, shop_code, 'live', false, starts_at, ends_at,"
        " kind, layer, priority, (SELECT min(id) FROM activities_activityversion) FROM activities_activity"
        " WHERE id = %s"
    )
    assert "begins as a draft" in refused(copied, activity.pk)


def test_only_what_is_live_is_used_up(ann, cleo):
    activity = approved(ann, cleo)
    sold = "UPDATE activities_activity SET status = 'ended', end_reason = %s, ended_at = now() WHERE id = %s"
    assert "only what is live is used up" in refused(sold, "sold_out", activity.pk)
    assert "only what is live is used up" in refused(sold, "budget_exhausted", activity.pk)
    assert "nobody asked for a revocation" in refused(sold, "revoked", activity.pk)
    assert run(sold, "expired", activity.pk) == 1


def test_an_end_needs_its_reason_and_a_reason_an_end(ann, cleo):
    activity = live(ann, cleo)
    assert "activity_ended_with_reason" in refused(
        "UPDATE activities_activity SET status = 'ended', ended_at = now() WHERE id = %s", activity.pk
    )
    assert "activity_ended_with_reason" in refused(
        "UPDATE activities_activity SET end_reason = 'expired' WHERE id = %s", activity.pk
    )


def test_nobody_resumes_what_they_paused(ann, cleo):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=cleo, reason="查")
    resume = "UPDATE activities_activity SET status = 'live', resumed_by_id = %s WHERE id = %s"
    assert "activity_resumed_by_other" in refused(resume, cleo.pk, activity.pk)
    assert "somebody must answer" in refused(resume, None, activity.pk)
    assert run(resume, ann.pk, activity.pk) == 1


def test_only_drafts_are_deleted(ann, cleo):
    activity = approved(ann, cleo)
    assert "only drafts are deleted" in refused("DELETE FROM activities_activity WHERE id = %s", activity.pk)
    assert "only drafts are deleted" in refused(
        "DELETE FROM activities_activityversion WHERE subject_id = %s", activity.pk
    )


EDIT = "UPDATE activities_activityversion SET content = content || %s WHERE subject_id = %s"


def test_content_is_closed_from_submission_on(ann, cleo):
    activity, request = submitted(ann)
    cheaper = json.dumps({"params": {"value": 9_000}})
    assert "only a draft can be edited" in refused(EDIT, cheaper, activity.pk)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert "only a draft can be edited" in refused(EDIT, cheaper, activity.pk)
    other_hash = "UPDATE activities_activityversion SET content_hash = repeat('0', 64) WHERE subject_id = %s"
    assert "only a draft can be edited" in refused(other_hash, activity.pk)


def test_a_draft_and_a_way_back_to_it_leave_no_gap(ann):
    """Content may not change in the same statement that submits or approves."""
    activity = drafted(ann)
    both = "UPDATE activities_activityversion SET state = 'in_review', content = '{}' WHERE subject_id = %s"
    assert "only a draft can be edited" in refused(both, activity.pk)


def test_editors_are_never_forgotten(ann):
    activity = drafted(ann)
    assert "editors stay" in refused(
        "UPDATE activities_activityversion SET editor_ids = '{}' WHERE subject_id = %s", activity.pk
    )


def test_no_version_is_approved_without_a_request_for_its_hash(ann):
    activity, _request = submitted(ann)
    assert "nobody approved this content" in refused(
        "UPDATE activities_activityversion SET state = 'approved', approved_at = now() WHERE subject_id = %s",
        activity.pk,
    )


def test_nothing_is_published_freely_once_the_portal_has_approved(ann, cleo):
    approved(ann, cleo)
    activity, _request = submitted(ann, "second")
    freely = (
        "UPDATE activities_activityversion SET state = 'approved', approved_at = now(), without_approval = true"
        " WHERE subject_id = %s"
    )
    assert "this portal approves" in refused(freely, activity.pk)


def test_one_approved_and_one_open_version(ann, cleo):
    activity = approved(ann, cleo)
    services.revise(thing=activity, actor=ann)
    insert = (
        "INSERT INTO activities_activityversion (subject_id, number, state, content, content_hash, revision,"
        " editor_ids, batch, without_approval) VALUES (%s, 9, 'draft', '{}', '', 1, '{}', '', false)"
    )
    assert "activityversion_one_open" in refused(insert, activity.pk)
    assert ActivityVersion.objects.filter(subject=activity).count() == 2


def test_an_approved_version_cannot_go_back(ann, cleo):
    activity = approved(ann, cleo)
    back = "UPDATE activities_activityversion SET state = 'draft' WHERE subject_id = %s"
    assert "no way from approved to draft" in refused(back, activity.pk)


DECIDE = (
    "INSERT INTO approvals_approvaldecision (request_id, approver_id, verdict, reason, seen_hash)"
    " VALUES (%s, %s, 'approve', '', %s)"
)


def test_four_eyes_hold_in_sql(ann, ben, cleo, root):
    activity = drafted(ann)
    version = activity.open_version()
    services.save_draft(
        thing=activity, content={**version.content, "name": "改名"}, actor=ben, seen_revision=version.revision
    )
    request = services.submit(thing=activity, actor=root)
    for person in (ann, ben, root):
        assert "four eyes" in refused(DECIDE, request.pk, person.pk, request.content_hash)
    assert "asks for other content" in refused(DECIDE, request.pk, cleo.pk, "0" * 64)
    assert ApprovalDecision.objects.count() == 0
    assert run(DECIDE, request.pk, cleo.pk, request.content_hash) == 1
    assert "approval_one_decision_each" in refused(DECIDE, request.pk, cleo.pk, request.content_hash)


def test_a_request_is_approved_only_by_as_many_as_it_needs(ann, cleo):
    activity = drafted(ann)
    request = services.submit(thing=activity, actor=ann, needed=2)
    close = "UPDATE approvals_approvalrequest SET state = 'approved', closed_at = now() WHERE id = %s"
    assert "needs 2 approvals" in refused(close, request.pk)
    run(DECIDE, request.pk, cleo.pk, request.content_hash)
    assert "needs 2 approvals" in refused(close, request.pk)
    lower = "UPDATE approvals_approvalrequest SET needed = 1 WHERE id = %s"
    assert "cannot change" in refused(lower, request.pk)


@pytest.mark.parametrize(
    "change",
    [
        "content_hash = repeat('0', 64)",
        "submitter_id = submitter_id + 1",
        "barred_ids = '{}'",
        "payload = '{\"cancel_unpaid\": true}'",
    ],
)
def test_what_is_asked_cannot_change(ann, change):
    _activity, request = submitted(ann)
    assert "cannot change" in refused(
        f"UPDATE approvals_approvalrequest SET {change} WHERE id = %s", request.pk
    )


def test_a_closed_request_stays_closed(ann):
    activity, request = submitted(ann)
    services.withdraw(thing=activity, actor=ann)
    reopen = "UPDATE approvals_approvalrequest SET state = 'pending', closed_at = NULL WHERE id = %s"
    assert "for good" in refused(reopen, request.pk)
    assert "never deleted" in refused("DELETE FROM approvals_approvalrequest WHERE id = %s", request.pk)


def test_decisions_are_written_once(ann, cleo):
    approved(ann, cleo)
    assert "append-only" in refused("UPDATE approvals_approvaldecision SET verdict = 'reject', reason = 'x'")
    assert "append-only" in refused("DELETE FROM approvals_approvaldecision")


def test_a_stop_is_lifted_by_another(ann, cleo):
    activity = live(ann, cleo)
    services.stop_skus(activity=activity, skus=["A"], actor=ann, reason="缺货")
    lift = "UPDATE activities_activitystop SET lifted_by_id = %s, lifted_at = now()"
    assert "stop_lifted_by_other" in refused(lift, ann.pk)
    assert run(lift, cleo.pk) == 1


@pytest.mark.parametrize(
    ("kind", "sku", "value"),
    [(StopKind.SKU, "", None), (StopKind.SKU, "A", 1), (StopKind.STOCK, "", None), (StopKind.BUDGET, "A", 1)],
)
def test_a_stop_says_what_it_stops(ann, cleo, kind, sku, value):
    activity = live(ann, cleo)
    with pytest.raises(IntegrityError, match="stop_says_what"), transaction.atomic():
        ActivityStop.objects.create(
            activity=activity, kind=kind, sku=sku, value=value, reason="x", placed_by=ann
        )
