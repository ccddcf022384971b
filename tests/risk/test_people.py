"""What people decide: the deny list and the review queue, each with who may and who may not."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.approvals import services as approvals
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.core.models import AuditEntry
from apps.risk import services
from apps.risk.lifecycle import Mark, Trigger
from apps.risk.models import Decision, DeniedMark, ReviewCase
from apps.risk.services.denials import deny_of_decision
from tests.risk import cast
from tests.risk.test_assessing import assess, refused, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(binding):
    binding("velocity", per="customer", most=1, within=1, answer="review")
    assess()
    refused(customer="x", marks=cast.marks(device="d"))
    return ReviewCase.objects.get()


def test_an_entry_counts_at_once_and_only_while_a_rule_is_in_force(ann, binding):
    services.deny(mark=Mark.DEVICE, value="d", actor=ann, reason="robots")
    assert assess(device="d") == "allow"
    binding("deny_list")
    assert assess(device="d") == "deny"
    assert assess(device="e") == "allow"
    services.deny(mark=Mark.CUSTOMER, value="x", actor=ann, reason="robots")
    assert assess(device="e") == "deny"


def test_what_is_on_the_list_is_not_readable_but_for_customers(ann):
    device = services.deny(mark=Mark.DEVICE, value="the-device", actor=ann, reason="r")
    customer = services.deny(mark=Mark.CUSTOMER, value="c-1", actor=ann, reason="r")
    assert "the-device" not in str(DeniedMark.objects.filter(pk=device.pk).values().get())
    assert device.shown == f"{device.subject[:8]}…"
    assert customer.shown == "c-1"
    assert AuditEntry.objects.filter(action="risk_denial.deny").count() == 2
    with pytest.raises(DomainError, match="already"):
        services.deny(mark=Mark.CUSTOMER, value="c-1", actor=ann, reason="r")


def test_a_mark_of_a_decision_goes_on_the_list_unread(ann, case, binding):
    binding("deny_list")
    decision = Decision.objects.filter(outcome="review").get()
    deny_of_decision(decision=decision, mark=Mark.DEVICE, actor=ann, reason="robots")
    assert assess(customer="somebody", device="d") == "deny"
    with pytest.raises(DomainError, match="no such mark"):
        deny_of_decision(decision=decision, mark=Mark.IP, actor=ann, reason="robots")


def test_taking_it_off_needs_another_person(ann, cleo, binding):
    binding("deny_list")
    entry = services.deny(mark=Mark.CUSTOMER, value="x", actor=cleo, reason="r")
    request = services.ask_removal(entry=entry, actor=ann, reason="a mistake")
    assert assess() == "deny"
    with pytest.raises(Forbidden):
        cast.approve(request, ann)
    assert assess() == "deny"
    cast.approve(request, cleo)
    assert assess() == "allow"
    services.deny(mark=Mark.CUSTOMER, value="x", actor=ann, reason="again")
    assert assess() == "deny"


@pytest.mark.parametrize("role", ["analyst", "auditor", "administrator", "customer_service"])
def test_others_do_not_touch_the_list(ann, role):
    other = cast.person("other", role)
    entry = services.deny(mark=Mark.CUSTOMER, value="x", actor=ann, reason="r")
    for act in (
        lambda: services.deny(mark=Mark.CUSTOMER, value="y", actor=other, reason="r"),
        lambda: services.ask_removal(entry=entry, actor=other, reason="r"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert DeniedMark.objects.get().removed_at is None


def test_the_database_ends_no_entry_without_approval(ann):
    services.deny(mark=Mark.CUSTOMER, value="x", actor=ann, reason="r")
    for statement in ("UPDATE risk_deniedmark SET removed_at = now()", "DELETE FROM risk_deniedmark"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_release_is_proposed_by_one_and_confirmed_by_another(case, sue, cleo):
    request = services.propose_release(case=case, actor=sue, reason="known to us")
    with pytest.raises(Forbidden):
        cast.approve(request, sue)
    case.refresh_from_db()
    assert case.state == "open"
    cast.approve(request, cleo)
    case.refresh_from_db()
    assert (case.state, case.decided_by, case.decision_reason) == ("released", cleo, "known to us")
    assert list(
        AuditEntry.objects.filter(action__startswith="risk_case").values_list("action", flat=True)
    ) == [
        "risk_case.release",
        "risk_case.propose_release",
    ]


def test_a_release_that_is_not_confirmed_changes_nothing(case, sue, cleo):
    request = services.propose_release(case=case, actor=sue, reason="known to us")
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="no")
    case.refresh_from_db()
    assert case.state == "open"
    assert assess() == "review"


def test_the_agent_neither_proposes_nor_confirms(binding, ann, cleo):
    agent = cast.person("amy", "customer_service", "approver")
    binding("agent_value", most_amount=100, answer="review")
    from apps.core.errors import Refused

    with pytest.raises(Refused) as error, transaction.atomic():
        services.admit(
            trigger=Trigger.GRANT, subject="t", customer="x", facts={"value_amount": 101}, agent=agent
        )
    error.value.after()
    case = ReviewCase.objects.get()
    assert case.agent == agent
    with pytest.raises(FourEyes):
        services.propose_release(case=case, actor=agent, reason="me")
    request = services.propose_release(case=case, actor=ann, reason="fine")
    with pytest.raises(FourEyes):
        cast.approve(request, agent)
    case.refresh_from_db()
    assert case.state == "open"
    cast.approve(request, cleo)
    case.refresh_from_db()
    assert case.state == "released"


@pytest.mark.parametrize("role", ["approver", "analyst", "auditor", "administrator"])
def test_who_reviews(case, role):
    other = cast.person("other", role)
    for act in (
        lambda: services.refuse(case=case, actor=other, reason="r"),
        lambda: services.propose_release(case=case, actor=other, reason="r"),
    ):
        with pytest.raises(Forbidden):
            act()
    case.refresh_from_db()
    assert case.state == "open"


def test_refusing_closes_what_was_proposed_and_can_be_put_right(case, sue, ann, cleo):
    request = services.propose_release(case=case, actor=sue, reason="known to us")
    services.refuse(case=case, actor=ann, reason="a robot")
    request.refresh_from_db()
    assert request.state == "superseded"
    with pytest.raises(DomainError, match="decided already"):
        services.refuse(case=case, actor=ann, reason="again")
    assert assess() == "deny"
    release(case, sue, cleo)
    assert assess() == "allow"


def test_the_database_releases_nothing_unconfirmed(case):
    for statement in (
        "UPDATE risk_reviewcase SET state = 'released', passes_until = now() + interval '1 day'",
        "UPDATE risk_reviewcase SET state = 'used'",
        "DELETE FROM risk_reviewcase",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
