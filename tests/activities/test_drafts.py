"""Writing drafts: two editors, codes, copies, documents brought in by a pack."""

from datetime import datetime, timedelta

import pytest

from apps.activities import services
from apps.activities.models import Activity, Event
from apps.approvals import services as approvals
from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.offers.models import OfferCode
from apps.offers.versions.errors import DocumentFaults
from tests.activities.cast import approved, document, drafted, goods, live, log_of, picture, submitted

pytestmark = pytest.mark.django_db


def refusal(caught) -> str:
    return caught.value.code


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(ann, ben):
    activity = drafted(ann)
    seen = activity.open_version()
    services.save_draft(thing=activity, content={**seen.content, "name": "安"}, actor=ann, seen_revision=1)
    before = picture(activity)
    with pytest.raises(DomainError) as caught:
        services.save_draft(
            thing=activity, content={**seen.content, "name": "本"}, actor=ben, seen_revision=1
        )
    assert refusal(caught) == "conflict"
    assert caught.value.numbers == {"seen_revision": 1, "revision": 2}
    assert picture(activity) == before
    activity.refresh_from_db()
    assert activity.name == "安"


def test_everybody_who_saved_is_an_editor(ann, ben):
    activity = drafted(ann)
    version = activity.open_version()
    services.save_draft(thing=activity, content={**version.content, "name": "本"}, actor=ben, seen_revision=1)
    assert activity.open_version().editor_ids == [ann.pk, ben.pk]


def test_unchanged_content_writes_nothing_and_makes_nobody_an_editor(ann, ben):
    activity = drafted(ann)
    before = picture(activity)
    version = activity.open_version()
    services.save_draft(thing=activity, content=version.content, actor=ben, seen_revision=1)
    assert picture(activity) == before
    assert activity.open_version().editor_ids == [ann.pk]


def test_an_edit_names_the_changed_paths_in_the_log(ann):
    activity = drafted(ann)
    content = {**activity.open_version().content, "params": {"value": 2_000}, "priority": 3}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    entry = AuditEntry.objects.get(action="activity.edit")
    assert entry.after["changed"] == ["params.value", "priority"]
    assert (entry.before["revision"], entry.after["revision"]) == (1, 2)
    activity.refresh_from_db()
    assert activity.priority == 3


def test_a_document_with_faults_is_refused_with_all_of_them(ann):
    goods()
    wrong = document(
        params={"value": 0}, scope={"mode": "include", "skus": ["nope"]}, event="missing", extra=1
    )
    with pytest.raises(DocumentFaults) as caught:
        services.create_draft(model=Activity, content=wrong, actor=ann)
    assert sorted((fault.path, fault.code) for fault in caught.value.faults) == [
        ("event", "unknown_code"),
        ("extra", "unknown_key"),
        ("params.value", "minimum"),
        ("scope.skus[0]", "unknown_code"),
    ]
    assert (Activity.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_taken_code_is_refused(ann):
    drafted(ann)
    with pytest.raises(DomainError) as caught:
        drafted(ann)
    assert (refusal(caught), caught.value.field) == ("code_taken", "code")
    assert Activity.objects.count() == 1


def test_a_code_changes_until_the_first_submission(ann):
    activity = drafted(ann, "first")
    content = {**activity.open_version().content, "code": "second"}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    activity.refresh_from_db()
    assert activity.code == "second"
    assert list(OfferCode.objects.values_list("code", flat=True)) == ["second"]

    services.submit(thing=activity, actor=ann)
    services.withdraw(thing=activity, actor=ann)
    with pytest.raises(DomainError) as caught:
        services.save_draft(thing=activity, content={**content, "code": "third"}, actor=ann, seen_revision=2)
    assert refusal(caught) == "code_fixed"
    assert Activity.objects.get().code == "second"


def test_in_review_is_read_only(ann, ben):
    activity, _request = submitted(ann)
    before = picture(activity)
    content = {**activity.open_version().content, "name": "改"}
    with pytest.raises(DomainError) as caught:
        services.save_draft(thing=activity, content=content, actor=ben, seen_revision=1)
    assert refusal(caught) == "in_review"
    with pytest.raises(DomainError) as caught:
        services.save_document(model=Activity, content=content, actor=None)
    assert refusal(caught) == "in_review"
    assert picture(activity) == before


def test_what_runs_has_no_draft_to_save(ann, cleo):
    activity = approved(ann, cleo)
    with pytest.raises(DomainError) as caught:
        services.save_draft(thing=activity, content=activity.current.content, actor=ann, seen_revision=1)
    assert refusal(caught) == "no_draft"


def test_a_copy_moves_every_instant_by_one_offset(ann):
    Event.objects.create(code="d11")
    activity = drafted(
        ann,
        starts_at="2026-11-01T00:00:00+08:00",
        ends_at="2026-11-12T00:00:00+08:00",
        visible_from="2026-10-30T00:00:00+08:00",
        event="d11",
        schedule={"tz": "Asia/Shanghai", "days": [1], "sessions": [{"from": "10:00", "to": "12:00"}]},
    )
    copied = services.copy(thing=activity, code="next", actor=ann, shift=timedelta(days=31))
    content = copied.open_version().content
    assert (content["starts_at"], content["ends_at"], content["visible_from"]) == (
        "2026-12-01T16:00:00+00:00",
        "2026-12-12T16:00:00+00:00",
        "2026-11-29T16:00:00+00:00",
    )
    assert content["schedule"]["sessions"] == [{"from": "10:00", "to": "12:00"}]
    assert (copied.code, copied.status, copied.owner, copied.event.code) == ("next", "draft", ann, "d11")


def test_an_ended_one_can_be_copied_but_not_revised(ann, cleo):
    activity = live(ann, cleo)
    request = services.request_revocation(thing=activity, actor=ann, reason="错")
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    with pytest.raises(DomainError) as caught:
        services.revise(thing=activity, actor=ann)
    assert refusal(caught) == "not_allowed_now"
    assert services.copy(thing=activity, code="again", actor=ann).status == "draft"


def test_bringing_the_same_document_twice_changes_nothing(ann):
    goods()
    content = document()
    assert services.save_document(model=Activity, content=content, actor=None, batch="b1") is True
    before = picture(Activity.objects.get())
    assert services.save_document(model=Activity, content=content, actor=None, batch="b2") is False
    assert picture(Activity.objects.get()) == before
    assert log_of(Activity.objects.get()) == [("activity.create", "system")]


def test_a_document_for_what_runs_becomes_a_draft_beside_it(ann, cleo):
    activity = approved(ann, cleo)
    content = {**activity.current.content, "name": "新名"}
    assert services.save_document(model=Activity, content=content, actor=ann, batch="b1") is True
    activity.refresh_from_db()
    draft = activity.open_version()
    assert (activity.status, activity.current.number, draft.number, draft.state) == (
        "approved",
        1,
        2,
        "draft",
    )
    assert (draft.batch, draft.content["name"], activity.name) == ("b1", "新名", "直减十元")
    again = {**content, "name": "再改"}
    assert services.save_document(model=Activity, content=again, actor=ann, batch="b2") is True
    assert (activity.open_version().number, activity.open_version().batch) == (2, "b2")


def test_a_draft_beside_can_be_given_up(ann, cleo):
    activity = approved(ann, cleo)
    services.revise(thing=activity, actor=ann)
    services.discard_draft(thing=activity, actor=ann)
    assert list(activity.versions.values_list("number", "state")) == [(2, "discarded"), (1, "approved")]
    assert services.revise(thing=activity, actor=ann).number == 3


def test_the_only_draft_cannot_be_given_up(ann):
    with pytest.raises(DomainError) as caught:
        services.discard_draft(thing=drafted(ann), actor=ann)
    assert refusal(caught) == "nothing_else"


def test_one_draft_beside_at_a_time(ann, ben, cleo):
    activity = approved(ann, cleo)
    services.revise(thing=activity, actor=ann)
    with pytest.raises(DomainError) as caught:
        services.revise(thing=activity, actor=ben)
    assert refusal(caught) == "revision_open"


def test_times_are_stored_as_instants(ann):
    activity = drafted(ann, starts_at="2026-11-01T00:00:00+08:00", ends_at="2026-11-02T00:00:00+08:00")
    activity.refresh_from_db()
    assert activity.starts_at == datetime.fromisoformat("2026-10-31T16:00:00+00:00")


def test_an_event_is_saved_once_and_changed_by_its_code(ann):
    content = {
        "code": "d11",
        "name": "双11",
        "starts_at": "2026-11-01T00:00:00+08:00",
        "budget": {"amount": 100},
    }
    assert services.save_event(content=content, actor=ann) is True
    assert services.save_event(content=content, actor=ann) is False
    assert services.save_event(content={**content, "budget": {"amount": 200}}, actor=ann) is True
    assert Event.objects.get().budget_amount == 200
    assert log_of(Event.objects.get()) == [("event.create", "user:ann"), ("event.edit", "user:ann")]
