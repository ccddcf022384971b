"""Rules and lists of audiences that approved offers are meant for: asked for by one, decided by another."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.audiences.models import Audience, AudienceMember, ListDraft, ListDraftMember
from apps.audiences.selectors import rule_version
from apps.audiences.services import import_members, save_audience, upsert_audiences
from apps.core import jobs
from apps.core.errors import DomainError, Forbidden
from tests.activities.cast import live, person
from tests.admin.conftest import as_user

__all__ = ["as_user"]

pytestmark = pytest.mark.django_db

OLD = {"field": "orders", "op": ">=", "value": 1}
NEW = {"field": "orders", "op": ">=", "value": 5}


@pytest.fixture
def ann():
    return person("ann", "operator")


@pytest.fixture
def cleo():
    return person("cleo", "approver")


@pytest.fixture
def used(ann, cleo):
    """`vip` by rule and `crm` by list, each of a running activity."""
    upsert_audiences(
        rows=[
            {"code": "vip", "name": "VIP", "rule": OLD},
            {"code": "crm", "name": "CRM", "members": ["c1", "c2"]},
        ],
        actor="pack",
    )
    live(ann, cleo, "for-vip", targeting={"audiences": ["vip"]})
    live(ann, cleo, "for-crm", targeting={"audiences": ["crm"]})


def vip():
    return Audience.objects.get(code="vip")


def on_list():
    return set(AudienceMember.objects.values_list("customer_code", flat=True))


def decide(request, by):
    return approvals.approve(request=request, actor=by, seen_hash=request.content_hash)


def ask_rule(ann):
    audience = vip()
    audience.name, audience.rule = "大客户", NEW
    return save_audience(entry=audience, actor=ann)


def test_a_rule_in_use_waits_and_the_name_does_not(used, ann, cleo):
    version = rule_version()
    asked = ask_rule(ann)
    assert (asked.action, asked.subject_code) == ("audience.change", "vip")
    assert (vip().name, vip().rule, rule_version()) == ("大客户", OLD, version)
    decide(asked, cleo)
    assert vip().rule == NEW
    assert rule_version() > version


def test_a_rule_that_nothing_uses_changes_at_once(ann):
    upsert_audiences(rows=[{"code": "vip", "name": "VIP", "rule": OLD}], actor="pack")
    assert ask_rule(ann) is None
    assert vip().rule == NEW


def test_nobody_decides_their_own_and_another_rule_in_between_makes_it_stale(used, ann, cleo):
    asked = ask_rule(ann)
    with pytest.raises(Forbidden):
        decide(asked, ann)
    upsert_audiences(rows=[{"code": "vip", "name": "VIP", "rule": {**OLD, "value": 2}}], actor="pack")
    with pytest.raises(DomainError, match="not what you saw"):
        decide(asked, cleo)
    assert vip().rule == {**OLD, "value": 2}


def upload(ann, *codes, replace=True):
    crm = Audience.objects.get(code="crm")
    return import_members(audience=crm, rows=list(enumerate(codes, 1)), actor=ann, replace=replace)


def test_a_list_in_use_waits_with_its_numbers(used, ann, cleo):
    report = upload(ann, "c2", "c3", "c3", "c4")
    assert (report.applied, report.added, report.removed, report.repeated) == (False, 2, 1, 1)
    assert on_list() == {"c1", "c2"}
    decide(report.asked, cleo)
    assert on_list() == {"c2", "c3", "c4"}
    assert Audience.objects.get(code="crm").list_size == 3
    assert (ListDraft.objects.count(), ListDraftMember.objects.count()) == (0, 0)


def test_a_list_to_add_takes_nobody_out(used, ann, cleo):
    report = upload(ann, "c3", replace=False)
    assert (report.added, report.removed) == (1, 0)
    decide(report.asked, cleo)
    assert on_list() == {"c1", "c2", "c3"}


def test_the_list_decided_is_the_list_asked_for(used, ann, cleo):
    asked = upload(ann, "c3").asked
    ListDraftMember.objects.create(draft=ListDraft.objects.get(), customer_code="smuggled")
    with pytest.raises(DomainError, match="not what you saw"):
        decide(asked, cleo)
    assert on_list() == {"c1", "c2"}


@pytest.mark.parametrize("ending", ["reject", "withdraw"])
def test_a_list_that_no_longer_waits_is_forgotten(used, ann, cleo, ending):
    asked = upload(ann, "c3").asked
    if ending == "reject":
        approvals.reject(request=asked, actor=cleo, seen_hash=asked.content_hash, reason="x")
    else:
        approvals.withdraw(request=asked, actor=ann)
    assert on_list() == {"c1", "c2"}
    assert (ListDraft.objects.count(), ListDraftMember.objects.count()) == (0, 0)


def test_the_pages_say_that_it_waits_and_what_is_concerned(used, ann, cleo, as_user):
    crm = Audience.objects.get(code="crm")
    file = SimpleUploadedFile("list.csv", b"customer\nc3\n")
    page = reverse("admin:audiences_audience_upload_list", args=[crm.pk])
    as_user(ann).post(page, {"file": file, "mode": "replace", "reason": ""})
    assert "another person decides" in jobs.run(jobs.Job.objects.get(kind="audiences.list")).told
    asked = ApprovalRequest.objects.get(action="audience.change")
    shown = as_user(cleo).get(reverse("admin:approvals_approvalrequest_change", args=[asked.pk])).context
    assert [(line.label, line.old, line.new) for line in shown["changes"]] == [
        ("Customers on the list", "2", "1"),
        ("Added", "", "1"),
        ("Removed", "", "2"),
    ]
    assert [line.value for _title, lines in shown["parts"] for line in lines] == ["直减十元 (for-crm)"]
