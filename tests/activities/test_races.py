"""One outcome under races, on real PostgreSQL with real connections; each control shows what the guard prevents."""

import threading

import pytest
from django.db import transaction

from apps.activities import services
from apps.activities.models import Activity, ActivityVersion
from apps.approvals import services as approvals
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalDecision, ApprovalRequest
from apps.approvals.services import asking, deciding
from apps.core.models import AuditEntry
from apps.offers.versions import drafts, review, revocation
from apps.offers.versions import sweep as sweeping
from tests.activities.cast import drafted, hours, live, log_of, submitted
from tests.activities.races import Meeting, at_once, codes, switch_triggers, take_guards_away

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


@pytest.fixture
def no_guards(monkeypatch, transactional_db):
    """Neither row locks nor triggers."""
    take_guards_away(monkeypatch)
    switch_triggers("DISABLE")
    yield
    switch_triggers("ENABLE")


def two_approve(monkeypatch, ann, cleo, dan):
    activity, request = submitted(ann)
    meeting = Meeting()
    monkeypatch.setattr(deciding, "_check_four_eyes", meeting.before(deciding._check_four_eyes))
    seen = request.content_hash
    results = at_once(
        lambda: approvals.approve(request=request, actor=cleo, seen_hash=seen),
        lambda: approvals.approve(request=request, actor=dan, seen_hash=seen),
    )
    return activity, results


def test_two_approvers_at_once_are_one_approval(monkeypatch, ann, cleo, dan):
    activity, results = two_approve(monkeypatch, ann, cleo, dan)
    assert codes(results) == ["already_decided", "ok"]
    assert ApprovalDecision.objects.count() == 1
    assert [action for action, _who in log_of(activity)].count("activity.approve") == 1


def test_control_without_guards_both_approvals_count(monkeypatch, no_guards, ann, cleo, dan):
    _activity, results = two_approve(monkeypatch, ann, cleo, dan)
    assert (codes(results), ApprovalDecision.objects.count()) == (["ok", "ok"], 2)


def approve_and_reject(monkeypatch, ann, cleo, dan):
    activity, request = submitted(ann)
    meeting = Meeting()
    monkeypatch.setattr(deciding, "_check_four_eyes", meeting.before(deciding._check_four_eyes))
    seen = request.content_hash
    at_once(
        lambda: approvals.approve(request=request, actor=cleo, seen_hash=seen),
        lambda: approvals.reject(request=request, actor=dan, seen_hash=seen, reason="不"),
    )
    activity.refresh_from_db()
    request.refresh_from_db()
    return (activity.status, request.state, sorted(request.decisions.values_list("verdict", flat=True)))


def test_approve_against_reject_has_one_outcome(monkeypatch, ann, cleo, dan):
    assert approve_and_reject(monkeypatch, ann, cleo, dan) in (
        ("approved", "approved", ["approve"]),
        ("draft", "rejected", ["reject"]),
    )


def test_control_without_guards_approve_and_reject_mix(monkeypatch, no_guards, ann, cleo, dan):
    assert approve_and_reject(monkeypatch, ann, cleo, dan)[2] == ["approve", "reject"]


def approve_and_withdraw(monkeypatch, ann, cleo):
    """The submitter takes it back and makes it dearer while somebody approves what they saw."""
    activity, request = submitted(ann)
    meeting = Meeting()
    monkeypatch.setattr(deciding, "_check_four_eyes", meeting.before(deciding._check_four_eyes))
    monkeypatch.setattr(asking, "close", meeting.before(asking.close))
    seen = request.content_hash
    results = at_once(
        lambda: approvals.approve(request=request, actor=cleo, seen_hash=seen),
        lambda: services.withdraw(thing=activity, actor=ann),
    )
    activity.refresh_from_db()
    request.refresh_from_db()
    return codes(results), (activity.status, request.state, activity.versions.get().state)


def test_approve_against_withdraw_has_one_outcome(monkeypatch, ann, cleo):
    results, outcome = approve_and_withdraw(monkeypatch, ann, cleo)
    assert outcome in (("approved", "approved", "approved"), ("draft", "withdrawn", "draft"))
    assert results in (["already_decided", "ok"], ["not_in_review", "ok"])


def test_control_without_guards_both_approve_and_withdraw_go_through(monkeypatch, no_guards, ann, cleo):
    results, _outcome = approve_and_withdraw(monkeypatch, ann, cleo)
    assert results == ["ok", "ok"]
    closed = AuditEntry.objects.filter(action__in=["activity.approve", "activity.withdraw"])
    assert closed.count() == 2


def submit_and_edit(monkeypatch, ann, ben):
    activity = drafted(ann)
    meeting = Meeting()
    monkeypatch.setattr(review, "_check", meeting.before(review._check))
    monkeypatch.setattr(drafts, "_overwrite", meeting.before(drafts._overwrite))
    content = {**activity.open_version().content, "params": {"value": 9_000}}
    at_once(
        lambda: services.submit(thing=activity, actor=ann),
        lambda: services.save_draft(thing=activity, content=content, actor=ben, seen_revision=1),
    )
    version, request = ActivityVersion.objects.get(), ApprovalRequest.objects.get()
    return version.content_hash == request.content_hash, ben.pk in request.barred_ids, version.revision


def test_an_edit_against_a_submission_never_slips_in_behind_it(monkeypatch, ann, ben):
    bound, barred, revision = submit_and_edit(monkeypatch, ann, ben)
    assert bound
    # Either the edit came first and its writer may not approve, or it was refused.
    assert (barred, revision) in ((True, 2), (False, 1))


def test_control_without_guards_an_edit_slips_in(monkeypatch, no_guards, ann, ben):
    bound, barred, revision = submit_and_edit(monkeypatch, ann, ben)
    assert (bound, barred, revision) == (False, False, 2)


def two_editors(monkeypatch, ann, ben):
    activity = drafted(ann)
    meeting = Meeting()
    monkeypatch.setattr(drafts, "_overwrite", meeting.before(drafts._overwrite))
    content = activity.open_version().content

    def save(actor, name):
        return services.save_draft(
            thing=activity, content={**content, "name": name}, actor=actor, seen_revision=1
        )

    return codes(at_once(lambda: save(ann, "安"), lambda: save(ben, "本")))


def test_of_two_editors_at_once_the_second_is_told(monkeypatch, ann, ben):
    assert two_editors(monkeypatch, ann, ben) == ["conflict", "ok"]
    assert ActivityVersion.objects.get().revision == 2


def test_control_without_guards_one_overwrites_the_other(monkeypatch, no_guards, ann, ben):
    assert two_editors(monkeypatch, ann, ben) == ["ok", "ok"]


def approve_a_revision_and_revoke(monkeypatch, ann, ben, cleo):
    activity = live(ann, cleo)
    services.revise(thing=activity, actor=ann)
    content = {**activity.open_version().content, "budget": {"amount": 80_000}}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    publish = services.submit(thing=activity, actor=ann)
    meeting = Meeting()
    monkeypatch.setattr(deciding, "_check_four_eyes", meeting.before(deciding._check_four_eyes))
    monkeypatch.setattr(revocation, "finish", meeting.before(revocation.finish))
    results = at_once(
        lambda: approvals.approve(request=publish, actor=cleo, seen_hash=publish.content_hash),
        lambda: services.request_revocation(thing=activity, actor=ben, reason="错"),
    )
    activity.refresh_from_db()
    revoke = ApprovalRequest.objects.get(action="activity.revoke")
    return codes(results), revoke.content_hash == activity.current.content_hash, activity.revocation_pending


def test_a_revocation_always_asks_about_what_runs(monkeypatch, ann, ben, cleo):
    results, bound, pending = approve_a_revision_and_revoke(monkeypatch, ann, ben, cleo)
    assert results in (["not_allowed_now", "ok"], ["ok", "ok"])
    assert (bound, pending) == (True, True)


def test_control_without_guards_a_revocation_asks_about_the_past(monkeypatch, no_guards, ann, ben, cleo):
    _results, bound, pending = approve_a_revision_and_revoke(monkeypatch, ann, ben, cleo)
    assert (bound, pending) != (True, True)


def test_approve_and_reject_a_revocation_at_once_have_one_outcome(monkeypatch, ann, cleo, dan):
    activity = live(ann, cleo)
    request = services.request_revocation(thing=activity, actor=ann, reason="错")
    meeting = Meeting()
    monkeypatch.setattr(deciding, "_check_four_eyes", meeting.before(deciding._check_four_eyes))
    results = at_once(
        *(
            lambda who=who, verdict=verdict: approvals.decide(
                request=request, actor=who, verdict=verdict, seen_hash=request.content_hash, reason="x"
            )
            for who, verdict in ((cleo, Verdict.APPROVE), (dan, Verdict.REJECT))
        )
    )
    assert codes(results) == ["already_decided", "ok"]
    activity.refresh_from_db()
    assert (activity.status, activity.revocation_pending) in (("ended", False), ("live", False))


DUE = 12


def sweeps_behind_a_lock(ann, cleo) -> int:
    """Two sweeps start while somebody holds every row, then another two at once: the entries in the log."""
    for number in range(DUE):
        live(ann, cleo, f"a{number:02}")
    Activity.objects.update(ends_at=hours(0, -0.5)["ends_at"])
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(Activity.objects.select_for_update().values_list("pk", flat=True))
            held.set()
            go_on.wait(1.5)

    def sweep_once_held() -> object:
        held.wait(10)
        return sweeping.sweep(Activity)

    def release() -> None:
        held.wait(10)
        go_on.wait(0.8)
        go_on.set()

    at_once(hold, sweep_once_held, sweep_once_held, release)
    at_once(*(lambda: sweeping.sweep(Activity, batch=3) for _ in range(3)))
    assert set(Activity.objects.values_list("status", flat=True)) == {"ended"}
    return AuditEntry.objects.filter(action="activity.expire").count()


def test_however_many_sweeps_run_each_flip_is_logged_once(ann, cleo):
    assert sweeps_behind_a_lock(ann, cleo) == DUE


def test_control_sweeps_that_do_not_skip_each_other_log_twice(monkeypatch, ann, cleo):
    monkeypatch.setattr(sweeping, "ONE_SWEEP_EACH", "")
    assert sweeps_behind_a_lock(ann, cleo) > DUE


def sweep_against_pause(ann, cleo):
    """Somebody pauses at the very end; afterwards the sweep has the last word."""
    activity = live(ann, cleo)
    Activity.objects.update(ends_at=hours(0, -0.001)["ends_at"])
    results = at_once(
        lambda: services.pause(thing=activity, actor=ann, reason="停"), lambda: sweeping.sweep(Activity)
    )
    sweeping.sweep(Activity)
    activity.refresh_from_db()
    return codes(results), activity.status, activity.end_reason


def test_a_pause_after_the_end_loses_against_the_clock(ann, cleo):
    results, status, reason = sweep_against_pause(ann, cleo)
    assert results in (["not_allowed_now", "ok"], ["ok", "over"])
    assert (status, reason) == ("ended", "expired")
