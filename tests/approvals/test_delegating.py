"""Who decides for whom: the matrix of four eyes with delegates, in the service and in the database."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import override

from apps.activities import services
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalDecision, Delegation
from apps.approvals.notices import text_of
from apps.approvals.selectors import waiting_for
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.core.models import AuditEntry
from tests.activities.cast import drafted, person, picture, submitted

pytestmark = pytest.mark.django_db


def named(principal, delegate, *, starts=-1, ends=1, confirmed=True):
    """A delegation around the present, in hours; confirmed by an administrator where it needs that."""
    now = database_now()
    delegation = approvals.name_delegate(
        principal=principal,
        delegate=delegate,
        starts_at=now + timedelta(hours=starts),
        ends_at=now + timedelta(hours=ends),
    )
    if confirmed and delegation.needs_confirmation:
        admin = person(f"admin-{delegation.pk}", "administrator")
        approvals.confirm_delegation(delegation=delegation, actor=admin)
    return delegation


def approve(request, actor):
    return approvals.approve(request=request, actor=actor, seen_hash=request.content_hash)


def refused(activity, request, actor, error=FourEyes):
    before = picture(activity)
    with pytest.raises(error):
        approve(request, actor)
    assert picture(activity) == before
    assert ApprovalDecision.objects.filter(approver=actor).count() == 0


def test_a_delegate_decides_in_the_name_of_the_absent(ann, ben, cleo):
    named(cleo, ben)
    activity, request = submitted(ann)
    assert list(waiting_for(ben)) == [request]
    approve(request, ben)
    activity.refresh_from_db()
    decision = request.decisions.get()
    assert (activity.status, decision.approver, decision.on_behalf_of) == ("approved", ben, cleo)


@pytest.mark.parametrize("span", [(1, 2), (-2, -1)], ids=["before", "after"])
def test_outside_its_dates_a_delegation_gives_nothing(ann, ben, cleo, span):
    delegation = named(cleo, ben)
    now = database_now()
    starts, ends = (now + timedelta(hours=hour) for hour in span)
    Delegation.objects.filter(pk=delegation.pk).update(starts_at=starts, ends_at=ends)
    activity, request = submitted(ann)
    assert list(waiting_for(ben)) == []
    refused(activity, request, ben, Forbidden)


def test_one_who_is_no_approver_decides_nothing_before_an_administrator_confirmed(ann, ben, cleo):
    delegation = named(cleo, ben, confirmed=False)
    activity, request = submitted(ann)
    refused(activity, request, ben, Forbidden)
    approvals.confirm_delegation(delegation=delegation, actor=person("adam", "administrator"))
    approve(request, ben)
    activity.refresh_from_db()
    assert activity.status == "approved"


def test_neither_side_confirms(ann, ben, cleo, dan):
    cleo.groups.add(Group.objects.get(name="administrator"))
    ben.groups.add(Group.objects.get(name="administrator"))
    delegation = named(cleo, ben, confirmed=False)
    for actor, error in ((cleo, FourEyes), (ben, FourEyes), (dan, Forbidden)):
        with pytest.raises(error):
            approvals.confirm_delegation(delegation=delegation, actor=type(actor).objects.get(pk=actor.pk))
    delegation.refresh_from_db()
    assert delegation.confirmed_by is None


def test_never_on_own_work(ann, cleo):
    named(cleo, ann)
    activity, request = submitted(ann)
    assert list(waiting_for(ann)) == []
    refused(activity, request, ann)


def test_never_on_the_work_of_the_one_they_stand_in_for(ben, cleo, dan):
    cleo.groups.add(Group.objects.get(name="operator"))
    cleo = type(cleo).objects.get(pk=cleo.pk)
    named(cleo, ben)
    activity, request = submitted(cleo)
    assert list(waiting_for(ben)) == []
    refused(activity, request, ben)
    approve(request, dan)
    activity.refresh_from_db()
    assert activity.status == "approved"


def test_an_approver_who_delegates_has_one_voice_of_two(ann, ben, cleo, dan):
    named(cleo, ben)
    activity = drafted(ann)
    request = services.submit(thing=activity, actor=ann, needed=2)
    approve(request, cleo)
    refused(activity, request, ben)
    assert list(waiting_for(ben)) == []
    approve(request, dan)
    activity.refresh_from_db()
    assert activity.status == "approved"


def test_two_delegates_of_one_approver_are_one_voice(ann, ben, mia, cleo):
    named(cleo, ben)
    named(cleo, mia)
    activity = drafted(ann)
    request = services.submit(thing=activity, actor=ann, needed=2)
    approve(request, ben)
    refused(activity, request, mia)
    before = picture(activity)
    with pytest.raises(FourEyes):
        approve(request, cleo)
    assert picture(activity) == before


def test_a_delegate_of_a_delegate_has_no_voice(ann, ben, mia, cleo):
    named(cleo, ben)
    with pytest.raises(Forbidden):
        named(ben, mia)
    activity, request = submitted(ann)
    refused(activity, request, mia, Forbidden)


def test_ended_early_it_gives_nothing_any_more(ann, ben, cleo, dan):
    delegation = named(cleo, ben)
    with pytest.raises(Forbidden):
        approvals.end_delegation(delegation=delegation, actor=dan)
    approvals.end_delegation(delegation=delegation, actor=cleo)
    activity, request = submitted(ann)
    refused(activity, request, ben, Forbidden)


def test_a_principal_who_is_no_approver_any_more_gives_nothing(ann, ben, cleo):
    named(cleo, ben)
    cleo.groups.clear()
    activity, request = submitted(ann)
    refused(activity, request, ben, Forbidden)


def test_a_delegate_who_lost_the_role_needs_a_confirmation(ann, cleo, dan):
    named(cleo, dan)
    dan.groups.clear()
    dan.groups.add(Group.objects.get(name="operator"))
    dan = type(dan).objects.get(pk=dan.pk)
    activity, request = submitted(ann)
    refused(activity, request, dan, Forbidden)


def test_the_database_refuses_a_decision_for_somebody_who_named_nobody(ann, ben, cleo):
    _activity, request = submitted(ann)
    with pytest.raises(IntegrityError, match="does not stand in"), transaction.atomic():
        ApprovalDecision.objects.create(
            request=request,
            approver=ben,
            on_behalf_of=cleo,
            verdict="approve",
            seen_hash=request.content_hash,
        )
    named(cleo, ben)
    ApprovalDecision.objects.create(
        request=request, approver=ben, on_behalf_of=cleo, verdict="approve", seen_hash=request.content_hash
    )
    assert request.decisions.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends": -2}, "end_before_start"),
        ({"starts": -3, "ends": -2}, "over"),
        ({"starts": 0, "ends": 24 * 93}, "too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_times_that_make_no_sense_are_refused(ben, cleo, changes, code):
    with pytest.raises(DomainError) as caught:
        named(cleo, ben, **changes)
    assert (caught.value.code, Delegation.objects.count()) == (code, 0)


def test_a_delegate_must_be_able_to_read_requests(cleo):
    nobody = person("nobody")
    for delegate, code in ((nobody, "cannot_read"), (cleo, "yourself")):
        with pytest.raises(DomainError) as caught:
            named(cleo, delegate)
        assert caught.value.code == code
    assert Delegation.objects.count() == 0


def test_all_of_it_is_audited_and_told(ben, cleo):
    delegation = named(cleo, ben, confirmed=False)
    adam = person("adam", "administrator")
    approvals.confirm_delegation(delegation=delegation, actor=adam)
    approvals.end_delegation(delegation=delegation, actor=ben)
    entries = AuditEntry.objects.filter(action__contains="delegat").order_by("id")
    assert list(entries.values_list("action", "actor")) == [
        ("approvals.name_delegate", "user:cleo"),
        ("approvals.confirm_delegation", "user:adam"),
        ("approvals.end_delegation", "user:ben"),
    ]
    with override("en"):
        told = [text_of(notice) for notice in cleo.notices.order_by("id")]
    assert told == ["adam confirmed the delegation to ben", "ben ended the delegation to ben"]


def test_a_delegate_is_told_of_what_waits(ann, ben, cleo):
    named(cleo, ben)
    submitted(ann)
    assert ben.notices.filter(code="approval.asked").count() == 1
