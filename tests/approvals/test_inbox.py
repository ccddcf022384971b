"""Who is told, who is asked, and what they find in their inbox."""

import pytest
from django.contrib.auth.models import Group
from django.utils.translation import override

from apps.activities import services
from apps.approvals import registry
from apps.approvals import services as approvals
from apps.approvals.models import Notice
from apps.approvals.notices import TEXTS, mark_read, text_of
from apps.approvals.selectors import decidable_actions, submitted_by, unread_notices, waiting_for
from apps.core.errors import DomainError
from tests.activities.cast import drafted, hours, live, submitted

pytestmark = pytest.mark.django_db


def inbox(user) -> list[str]:
    with override("en"):
        return [text_of(notice) for notice in unread_notices(user)]


def test_a_submission_tells_every_approver_without_a_hand_in_it(ann, ben, cleo, dan, mia, root):
    ann.groups.add(Group.objects.get(name="approver"))
    submitted(ann)
    assert inbox(cleo) == inbox(dan) == ["ann asks for your decision: 直减十元 (minus-10)"]
    assert [inbox(person) for person in (ann, ben, mia, root)] == [[], [], [], []]


def test_a_decision_tells_the_submitter(ann, cleo):
    _activity, request = submitted(ann)
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="折扣太深")
    assert inbox(ann) == ["cleo sent back: 直减十元 (minus-10) (折扣太深)"]


def test_notices_are_read_one_by_one_or_all(ann, cleo):
    submitted(ann, "a")
    submitted(ann, "b")
    first = unread_notices(cleo)[0]
    assert mark_read(user=cleo, notices=[first.pk]) == 1
    assert mark_read(user=ann) == 0
    assert mark_read(user=cleo) == 1
    assert (inbox(cleo), Notice.objects.filter(user=cleo).count()) == ([], 2)


def test_what_waits_for_me_is_what_i_can_decide_now(ann, ben, cleo, dan, mia):
    _first, one = submitted(ann, "a")
    activity = drafted(ann, "b")
    two = services.submit(thing=activity, actor=ann, needed=2)
    approvals.approve(request=two, actor=cleo, seen_hash=two.content_hash)
    assert list(waiting_for(cleo)) == [one]
    assert set(waiting_for(dan)) == {one, two}
    assert [list(waiting_for(person)) for person in (ann, ben, mia)] == [[], [], []]
    assert set(submitted_by(ann)) == {one, two}


def test_each_role_decides_the_actions_it_is_allowed(ann, cleo):
    assert decidable_actions(ann) == []
    assert sorted(decidable_actions(cleo)) == sorted(registry.actions())
    assert {"activity.publish", "codes.export", "coupon.void", "risk_case.release"} <= set(registry.actions())


def test_every_handler_describes_its_request(ann, cleo, dan):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=dan, reason="查")
    for request in (services.request_resume(thing=activity, actor=ann),):
        described = registry.handler_for(request).describe(request)
        assert (described.title, described.facts["code"]) == ("直减十元 (minus-10)", "minus-10")
        assert list(registry.handler_for(request).diff(request)) == []


def test_one_question_at_a_time(ann, cleo):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=cleo, reason="查")
    services.request_resume(thing=activity, actor=ann)
    with pytest.raises(DomainError) as caught:
        services.request_resume(thing=activity, actor=ann)
    assert caught.value.code == "already_asked"


def test_the_most_urgent_comes_first(ann, cleo):
    _later, later = submitted(ann, "later", **hours(40, 50))
    _sooner, sooner = submitted(ann, "sooner", **hours(20, 50))
    assert list(waiting_for(cleo)) == [sooner, later]


def test_every_text_has_its_holes_filled(ann, cleo):
    activity, request = submitted(ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    for code in TEXTS:
        params = {"title": "T", "actor": "A", "submitter": "S", "reason": "R", "level": 80}
        params |= {"delegate": "D", "from": "2030-01-01T00:00:00+00:00", "until": "2030-01-02T00:00:00+00:00"}
        assert "%(" not in text_of(Notice(code=code, params=params))
    assert activity.code == request.subject_code


def test_the_inbox_costs_one_query_each_however_long(ann, cleo, django_assert_num_queries):
    for number in range(5):
        submitted(ann, f"a{number}")
    cleo.has_perm("activities.approve_activity")
    with django_assert_num_queries(2):  # for whom she stands in, and the requests
        assert len(list(waiting_for(cleo))) == 5
    with django_assert_num_queries(1):
        assert len([text_of(notice) for notice in unread_notices(cleo)]) == 5
