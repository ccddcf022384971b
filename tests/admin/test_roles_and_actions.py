"""Role x action over every view of activities and requests: who may, who may not; a refusal changes nothing."""

import pytest

from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.offers.admin.doings import REVIEW_DOINGS, RUNNING_DOINGS
from tests.activities import cast
from tests.activities.cast import drafted, live, person, picture, submitted
from tests.admin.typing import ADD, INBOX, LIST, PREVIEW, SWAP, page_of, threshold

pytestmark = pytest.mark.django_db

ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
READERS = {"operator", "approver", "analyst", "auditor", "customer_service"}


@pytest.fixture
def somebody(as_user):
    """A window for one more person of a role, who had no hand in anything."""

    def open_window(role):
        return as_user(person(f"new-{role}", role))

    return open_window


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_activities(ann, somebody, role):
    activity = drafted(ann)
    client = somebody(role)
    statuses = {client.get(LIST).status_code, client.get(page_of(activity)).status_code}
    assert statuses == ({200} if role in READERS else {403})


@pytest.mark.parametrize("role", ROLES)
def test_who_drafts(somebody, role):
    client = somebody(role)
    may = role == "operator"
    assert client.get(ADD).status_code == (200 if may else 403)
    assert client.post(ADD, threshold(_save="1")).status_code == (302 if may else 403)
    assert client.post(PREVIEW, threshold()).status_code == (200 if may else 403)
    assert client.post(SWAP, threshold()).status_code == (200 if may else 403)
    assert Activity.objects.exists() is may


@pytest.mark.parametrize("role", ROLES)
def test_who_edits_a_draft_of_somebody_else(ann, somebody, role):
    activity = drafted(ann)
    before = picture(activity)
    answer = somebody(role).post(page_of(activity), threshold(revision="1", _save="1"))
    assert answer.status_code == (302 if role == "operator" else 403)
    assert (picture(activity) == before) is (role != "operator")


#: the state that a step starts from, and who may take it when they had no hand in anything
STEPS = {
    "submit": ("draft", {"operator"}),
    "withdraw": ("in_review", set()),
    "revise": ("live", {"operator"}),
    "pause": ("live", {"operator", "approver"}),
    "stop_skus": ("live", {"operator", "approver"}),
    "lower_stock": ("live", {"operator", "approver"}),
    "lower_budget": ("live", {"operator", "approver"}),
    "request_revocation": ("live", {"operator"}),
    "resume": ("paused", {"approver"}),
    "request_resume": ("paused", {"operator"}),
    "withdraw_revocation": ("revocation", set()),
    "lift_stop": ("stopped", {"operator"}),
    "discard": ("revision", {"operator"}),
    "hand_over": ("draft", {"operator"}),
}
ANSWERS = {
    "stop_skus": {"skus": "A"},
    "lower_stock": {"value": "5"},
    "lower_budget": {"value": "100"},
}


def in_state(state, ann, cleo):
    if state == "draft":
        return drafted(ann)
    if state == "in_review":
        return submitted(ann)[0]
    activity = live(ann, cleo)
    services = cast.services
    if state == "paused":
        services.pause(thing=activity, actor=ann, reason="x")
    elif state == "revocation":
        services.request_revocation(thing=activity, actor=ann, reason="x")
    elif state == "stopped":
        services.stop_skus(activity=activity, skus=["B"], actor=ann, reason="x")
    elif state == "revision":
        services.revise(thing=activity, actor=ann)
    return activity


def test_every_button_is_in_the_matrix():
    from apps.activities.admin.doings import DOINGS

    assert {doing.code for doing in DOINGS} == set(STEPS)
    assert {doing.code for doing in (*REVIEW_DOINGS, *RUNNING_DOINGS)} <= set(STEPS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", list(STEPS))
def test_who_takes_which_step(ann, cleo, somebody, step, role):
    state, may = STEPS[step]
    activity = in_state(state, ann, cleo)
    answers = dict(ANSWERS.get(step, {}))
    if step == "lift_stop":
        answers["stops"] = str(activity.stops.get().pk)
    if step == "hand_over":
        answers["to"] = str(person("zoe", "operator").pk)
    before = picture(activity)
    client = somebody(role)
    answer = client.post(page_of(activity, "do", step), {"reason": "because", **answers})
    if role in may:
        assert answer.status_code == 302, answer.context["form"].errors
        assert picture(activity) != before
    else:
        assert answer.status_code in (403, 404)
        assert picture(activity) == before


@pytest.mark.parametrize("step", ["pause", "stop_skus", "request_revocation"])
def test_a_grave_step_needs_a_reason(ann, cleo, as_user, step):
    activity = live(ann, cleo)
    before = picture(activity)
    answer = as_user(ann).post(page_of(activity, "do", step), {"reason": " ", **ANSWERS.get(step, {})})
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"reason": ["This field is required."]}
    assert picture(activity) == before


def test_looking_at_a_confirmation_changes_nothing(ann, cleo, as_user):
    activity = live(ann, cleo)
    before = picture(activity)
    assert as_user(ann).get(page_of(activity, "do", "pause")).status_code == 200
    assert picture(activity) == before


def test_the_submitter_takes_back_and_the_requester_too(ann, cleo, as_user):
    activity, _request = submitted(ann)
    client = as_user(ann)
    assert client.post(page_of(activity, "do", "withdraw")).status_code == 302
    activity.refresh_from_db()
    assert activity.status == "draft"
    running = live(ann, cleo, "other")
    client.post(page_of(running, "do", "request_revocation"), {"reason": "x"})
    assert client.post(page_of(running, "do", "withdraw_revocation")).status_code == 302
    running.refresh_from_db()
    assert (running.status, running.revocation_pending) == ("live", False)


@pytest.mark.parametrize("role", ROLES)
def test_who_decides_a_request(ann, somebody, role):
    activity, request = submitted(ann)
    before = picture(activity)
    sent = {"verdict": "approve", "seen_hash": request.content_hash}
    answer = somebody(role).post(f"{INBOX}{request.pk}/decide/", sent)
    assert answer.status_code == (302 if role == "approver" else 403)
    assert (picture(activity) == before) is (role != "approver")


@pytest.mark.parametrize("who", ["ann", "root"])
def test_nobody_decides_their_own_request_superuser_included(ann, root, as_user, who):
    person_ = {"ann": ann, "root": root}[who]
    activity, request = submitted(person_)
    before = picture(activity)
    sent = {"verdict": "approve", "seen_hash": request.content_hash}
    assert as_user(person_).post(f"{INBOX}{request.pk}/decide/", sent).status_code == 403
    assert picture(activity) == before


def test_visitors_and_people_who_are_no_staff_are_sent_to_sign_in(ann, client):
    activity, request = submitted(ann)
    before = picture(activity)
    for path in (LIST, ADD, page_of(activity), f"{INBOX}{request.pk}/decide/", "/admin/simulator/"):
        answer = client.post(path) if path.endswith("decide/") else client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/admin/login/")
    assert picture(activity) == before
    assert ApprovalRequest.objects.get().state == "pending"


def test_everybody_reads_only_their_own_notices(ann, cleo, dan, as_user):
    submitted(ann)
    notice = cleo.notices.get()
    path = f"/admin/approvals/notice/{notice.pk}/change/"
    assert as_user(dan).get(path).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None
    assert as_user(cleo).get(path).status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_a_decision_elsewhere_is_told_and_nothing_happens_twice(ann, cleo, dan, as_user):
    activity, request = submitted(ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    before = picture(activity)
    sent = {"verdict": "approve", "seen_hash": request.content_hash}
    answer = as_user(dan).post(f"{INBOX}{request.pk}/decide/", sent, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "This request is no longer open: it is approved."
    ]
    assert picture(activity) == before


def test_a_decision_on_other_content_than_seen_is_stale(ann, cleo, as_user):
    activity, request = submitted(ann)
    before = picture(activity)
    sent = {"verdict": "approve", "seen_hash": "0" * 64}
    answer = as_user(cleo).post(f"{INBOX}{request.pk}/decide/", sent, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "The content is not what you saw. Look at it again before you decide."
    ]
    assert picture(activity) == before
