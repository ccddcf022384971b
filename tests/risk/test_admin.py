"""The pages of risk: who reads them, who acts on them, what a refused person leaves unchanged."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals.models import ApprovalRequest
from apps.risk import services
from apps.risk.lifecycle import Mark
from apps.risk.models import Decision, DeniedMark, ReviewCase, Rule
from tests.risk import cast
from tests.risk.test_assessing import assess, refused

pytestmark = pytest.mark.django_db
ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
ALL_READERS = {"operator", "approver", "analyst", "auditor"}
#: what the page of a new velocity rule sends
TYPED = {
    "code": "typed",
    "name": "Robots",
    "triggers": ["claim", "order"],
    "answer": "review",
    "text": "",
    "params.per": "device",
    "params.most": "3",
    "params.within": "10",
    "params.unit": "minute",
}
ADD = "/admin/risk/rule/add/?kind=velocity"


def window(*roles, language="en", name=""):
    user = cast.person(name or "-".join(roles), *roles)
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def case(binding):
    binding("velocity", code="v", per="customer", most=1, within=1, answer="review")
    assess()
    refused(customer="x", marks=cast.marks(device="d"))
    return ReviewCase.objects.get()


def page(name, *args):
    return reverse(f"admin:risk_{name}", args=args)


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_what(case, role):
    client = window(role)
    readers = {
        page("rule_changelist"): ALL_READERS,
        page("rule_change", Rule.objects.get().pk): ALL_READERS,
        page("deniedmark_changelist"): ALL_READERS,
        page("decision_changelist"): ALL_READERS | {"customer_service"},
        page("decision_change", Decision.objects.first().pk): ALL_READERS | {"customer_service"},
        page("reviewcase_changelist"): ALL_READERS | {"customer_service"},
        page("reviewcase_change", case.pk): ALL_READERS | {"customer_service"},
    }
    statuses = {path: client.get(path).status_code for path in readers}
    assert statuses == {path: 200 if role in who else 403 for path, who in readers.items()}


@pytest.mark.parametrize("role", ROLES)
def test_who_writes_a_rule(role):
    answer = window(role).post(ADD, TYPED)
    assert answer.status_code == (302 if role == "operator" else 403)
    assert Rule.objects.exists() is (role == "operator")


def test_a_rule_is_typed_and_said(db):
    client = window("operator")
    said = client.post(page("rule_sentence", "velocity"), TYPED).content.decode()
    assert said == (
        "On claim, order: if the same device does it more than 3 times within 10 minutes, hold it back for a review"
    )
    client.post(ADD, TYPED)
    rule = Rule.objects.get()
    assert rule.open_version().content["params"] == {
        "per": "device",
        "most": 3,
        "within": 10,
        "unit": "minute",
        "same": False,
    }
    shown = client.get(page("rule_change", rule.pk)).content.decode()
    assert said in shown
    assert "nothing has been noted yet" in shown


def test_money_is_typed_as_people_write_it(db):
    typed = {
        "code": "big",
        "name": "Big",
        "triggers": ["order"],
        "answer": "deny",
        "params.payable_amount": "¥1,000.50",
        "params.discount_bps": "5折",
    }
    client = window("operator")
    assert client.post("/admin/risk/rule/add/?kind=order_amount", typed).status_code == 302
    assert Rule.objects.get().open_version().content["params"] == {
        "payable_amount": 100_050,
        "discount_bps": 5_000,
    }
    edited = client.get(page("rule_edit", Rule.objects.get().pk)).content.decode()
    assert 'value="1000.50"' in edited


def test_faults_stand_beside_their_fields(db):
    answer = window("operator").post(ADD, {**TYPED, "params.most": "", "triggers": [], "name": ""})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"name", "triggers", "params.most"}
    assert not Rule.objects.exists()


def test_a_draft_saved_by_somebody_else_is_not_overwritten(db):
    first, second = window("operator", name="ann"), window("operator", name="ben")
    first.post(ADD, TYPED)
    rule = Rule.objects.get()
    seen = first.get(page("rule_edit", rule.pk)).context["seen_hash"]
    second.post(page("rule_edit", rule.pk), {**TYPED, "params.most": "5", "seen_hash": seen})
    answer = first.post(page("rule_edit", rule.pk), {**TYPED, "params.most": "9", "seen_hash": seen})
    assert answer.status_code == 200
    assert "Somebody else changed this" in answer.content.decode()
    assert rule.open_version().content["params"]["most"] == 5


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", ["revise", "switch_off"])
def test_who_takes_a_step(binding, role, step):
    rule = binding("velocity", per="ip", most=1, within=1)
    answer = window(role).post(page("rule_do", rule.pk, step), {"reason": "because"})
    assert answer.status_code == (302 if role == "operator" else 403)
    assert (rule.open_version() is not None) is (role == "operator")
    rule.refresh_from_db()
    assert rule.active


@pytest.mark.parametrize("role", ROLES)
def test_who_puts_on_the_list_and_who_asks_to_take_off(ann, role):
    entry = services.deny(mark=Mark.CUSTOMER, value="old", actor=ann, reason="r")
    client = window(role)
    typed = {"mark": "customer", "value": "c-1", "reason": "fraud"}
    answer = client.post(page("deniedmark_add"), typed)
    may_add = role in {"operator", "approver"}
    assert answer.status_code == (302 if may_add else 403)
    assert DeniedMark.objects.count() == 1 + may_add
    client.post(page("deniedmark_remove", entry.pk), {"reason": "a mistake", "_form_submitted": "on"})
    assert ApprovalRequest.objects.exists() is (role == "operator")
    entry.refresh_from_db()
    assert entry.removed_at is None


@pytest.mark.parametrize("role", ROLES)
def test_who_reviews_on_the_page(case, role):
    client = window(role)
    shown = client.get(page("reviewcase_change", case.pk))
    may = role in {"operator", "customer_service"}
    if shown.status_code == 200:
        assert ("Propose to release" in shown.content.decode()) is may
    client.post(page("reviewcase_refuse", case.pk), {"reason": "a robot", "_form_submitted": "on"})
    case.refresh_from_db()
    assert case.state == ("refused" if may else "open")


def test_what_waits_for_its_confirmation_is_not_proposed_again(case):
    client = window("operator")
    client.post(page("reviewcase_release", case.pk), {"reason": "a loyal customer", "_form_submitted": "on"})
    assert "Propose to release" not in client.get(page("reviewcase_change", case.pk)).content.decode()
    again = client.post(page("reviewcase_release", case.pk), {"reason": "again", "_form_submitted": "on"})
    assert again.status_code == 403
    assert ApprovalRequest.objects.get(state="pending").reason == "a loyal customer"


def test_lists_cost_the_same_however_long(case, binding):
    client = window("operator")
    paths = [page("rule_changelist"), page("decision_changelist"), page("reviewcase_changelist")]
    for path in paths:
        client.get(path)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            for path in paths:
                client.get(path)
        return len(captured)

    before = cost()
    for number in range(5):
        binding("velocity", per="ip", most=9, within=1)
        assess(customer=f"y{number}")
        assess(customer=f"y{number}")
        refused(customer=f"y{number}")
    assert cost() == before
