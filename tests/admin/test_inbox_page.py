"""What an approver reads: the verdict, the sentence, the differences in words, and the way to send it back."""

import pytest

from apps.activities.services import revise, save_draft, submit
from apps.approvals.models import ApprovalRequest
from tests.activities.cast import approved, drafted, live, submitted
from tests.admin.typing import INBOX

pytestmark = pytest.mark.django_db


def page(client, request):
    return client.get(f"{INBOX}{request.pk}/change/")


def test_a_revision_is_told_as_differences_in_words(ann, cleo, as_user):
    activity = approved(ann, cleo, starts_at="2030-11-10T12:00:00+00:00", ends_at="2030-11-12T16:00:00+00:00")
    draft = revise(thing=activity, actor=ann)
    content = {
        **draft.content,
        "params": {"value": 1_550},
        "ends_at": "2030-11-13T16:00:00+00:00",
        "stock": {"total": 100, "per_sku": {"A": 10, "B": 4}},
        "stacks_with": ["shop"],
        "limits": {**draft.content["limits"], "per_order_units": 3},
    }
    save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    request = submit(thing=activity, actor=ann)
    lines = page(as_user(cleo), request).context["changes"]
    assert [(line.label, line.old, line.new) for line in lines] == [
        ("Ends", "2030-11-12 24:00", "2030-11-13 24:00"),
        ("Off each unit", "¥10", "¥15.50"),
        (
            "Combines with",
            "shop offers, platform offers, shop coupons, platform coupons, shipping offers",
            "shop offers",
        ),
        ("Units per order", "", "3"),
        ("Stock of single SKUs: B", "", "4"),
    ]


def test_a_first_version_is_told_as_facts_in_words(ann, cleo, as_user):
    _activity, request = submitted(
        ann, starts_at="2030-11-10T12:00:00+00:00", ends_at="2030-11-12T16:00:00+00:00"
    )
    answer = page(as_user(cleo), request)
    facts = {line.label: line.value for _title, lines in answer.context["parts"] for line in lines}
    assert facts == {
        "Name": "直减十元",
        "Starts": "2030-11-10 20:00",
        "Ends": "2030-11-12 24:00",
        "Kind of activity": "Direct reduction",
        "Off each unit": "¥10",
        "Goods": "all goods",
        "Combination": "with everything",
        "Units at this price": "100",
        "Stock of single SKUs": "A 10",
        "At most spent": "¥500",
        "Code": "minus-10",
    }
    assert answer.context["sentence"].endswith("¥10 off each unit, 100 units, at most ¥500 spent")
    assert answer.context["preview"].card.net == 9_000
    assert answer.context["may_decide"] is True


def test_a_rejection_needs_a_reason_and_brings_it_back_as_a_draft(ann, cleo, as_user):
    activity, request = submitted(ann)
    client = as_user(cleo)
    sent = {"verdict": "reject", "seen_hash": request.content_hash}
    client.post(f"{INBOX}{request.pk}/decide/", sent)
    request.refresh_from_db()
    assert request.state == "pending"
    client.post(f"{INBOX}{request.pk}/decide/", {**sent, "reason": "too cheap"})
    activity.refresh_from_db()
    assert activity.status == "draft"
    assert request.decisions.get().reason == "too cheap"
    told = as_user(ann).get("/admin/approvals/notice/").rendered_content
    assert "cleo sent back: 直减十元 (minus-10) (too cheap)" in told


def test_a_revocation_is_asked_for_and_signed(ann, cleo, as_user):
    activity = live(ann, cleo)
    as_user(ann).post(f"/admin/activities/activity/{activity.pk}/do/request_revocation/", {"reason": "wrong"})
    request = ApprovalRequest.objects.get(action="activity.revoke")
    client = as_user(cleo)
    answer = page(client, request)
    assert answer.context["label"] == "Revoke"
    assert answer.context["changes"] == []
    client.post(f"{INBOX}{request.pk}/decide/", {"verdict": "approve", "seen_hash": request.content_hash})
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason) == ("ended", "revoked")


def test_the_first_of_two_approvals_says_that_another_is_needed(ann, cleo, dan, as_user):
    asked = submit(thing=drafted(ann), actor=ann, needed=2)
    said = []
    for person in (cleo, dan):
        posted = {"verdict": "approve", "seen_hash": asked.content_hash}
        answer = as_user(person).post(f"{INBOX}{asked.pk}/decide/", posted, follow=True)
        said += [str(message).partition(":")[0] for message in answer.context["messages"]]
    assert said == ["Your approval is noted; it still needs another person's", "Approved"]


def test_the_inbox_shows_what_i_can_decide_and_the_tabs_the_rest(ann, cleo, as_user):
    submitted(ann)
    approved(ann, cleo, "other")
    shown = {
        tab: [row.subject_code for row in as_user(cleo).get(f"{INBOX}?tab={tab}").context["cl"].result_list]
        for tab in ("", "mine", "pending", "closed")
    }
    assert shown == {"": ["minus-10"], "mine": [], "pending": ["minus-10"], "closed": ["other"]}
    mine = as_user(ann).get(f"{INBOX}?tab=mine").context["cl"].result_list
    assert [row.subject_code for row in mine] == ["minus-10"]
    assert list(as_user(ann).get(INBOX).context["cl"].result_list) == []


def test_opening_a_request_marks_its_notice_as_read(ann, cleo, as_user):
    _activity, request = submitted(ann)
    page(as_user(cleo), request)
    assert cleo.notices.get().read_at is not None
