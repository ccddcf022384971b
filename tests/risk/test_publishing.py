"""No rule binds until another person has approved exactly its content, and none stops binding without."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.approvals import services as approvals
from apps.core.errors import DomainError, Forbidden, FourEyes, StaleEdit
from apps.core.models import AuditEntry
from apps.risk import services
from apps.risk.book import KEEPER
from apps.risk.lifecycle import Outcome, Trigger, VersionState
from apps.risk.models import Decision, RiskEvent, Rule, RuleVersion
from apps.risk.services.drafts import RuleFaults
from tests.risk import cast
from tests.risk.cast import document

pytestmark = pytest.mark.django_db


def picture(rule: Rule) -> list:
    stored = Rule.objects.filter(pk=rule.pk).values().get()
    stored.pop("updated_at")
    return [stored, list(rule.versions.order_by("number").values("number", "state", "content_hash"))]


def velocity(**options):
    return document("velocity", **{"code": "v", "per": "device", "most": 1, "within": 1, **options})


def claims(number: int) -> list[str]:
    """The outcomes of that many claims from one device."""
    return [
        services.assess(
            trigger=Trigger.CLAIM, subject="c1", customer=f"x{n}", marks=cast.marks(device="d")
        ).outcome.value
        for n in range(number)
    ]


def test_a_draft_and_what_is_in_review_bind_nobody(ann):
    rule = services.create_rule(content=velocity(), actor=ann)
    assert claims(3) == ["allow"] * 3
    services.submit(rule=rule, actor=ann)
    KEEPER.forget()
    assert claims(3) == ["allow"] * 3
    assert (Decision.objects.count(), RiskEvent.objects.count()) == (0, 0)


def test_an_approval_makes_exactly_this_content_bind(ann, cleo):
    rule = services.create_rule(content=velocity(), actor=ann)
    request = services.submit(rule=rule, actor=ann, reason="too many robots")
    cast.approve(request, cleo)
    rule.refresh_from_db()
    assert (rule.active, rule.current.number, rule.current.state) == (True, 1, "approved")
    assert claims(3) == ["allow", "deny", "deny"]
    assert list(AuditEntry.objects.order_by("id").values_list("action", "actor")) == [
        ("risk_rule.create", "user:ann"),
        ("risk_rule.submit", "user:ann"),
        ("risk_rule.approve", "user:cleo"),
    ]


def test_nobody_approves_their_own_rule(ann, cleo):
    cleo.groups.add(*ann.groups.all())
    cleo = type(cleo).objects.get(pk=cleo.pk)
    rule = services.create_rule(content=velocity(), actor=cleo)
    request = services.submit(rule=rule, actor=cleo)
    before = picture(rule)
    with pytest.raises(FourEyes):
        cast.approve(request, cleo)
    assert picture(rule) == before


def test_whoever_wrote_in_it_does_not_approve_it_either(ann, cleo):
    cleo.groups.add(*ann.groups.all())
    cleo = type(cleo).objects.get(pk=cleo.pk)
    rule = services.create_rule(content=velocity(), actor=cleo)
    draft = rule.open_version()
    services.save_draft(rule=rule, content=velocity(most=5), actor=ann, seen_hash=draft.content_hash)
    request = services.submit(rule=rule, actor=ann)
    with pytest.raises(FourEyes):
        cast.approve(request, cleo)
    assert claims(2) == ["allow", "allow"]


@pytest.mark.parametrize("role", ["approver", "analyst", "auditor", "administrator", "customer_service"])
def test_only_operators_write_rules(ann, role):
    other = cast.person("other", role)
    rule = services.create_rule(content=velocity(), actor=ann)
    before = picture(rule)
    for act in (
        lambda: services.create_rule(content=velocity(code="w"), actor=other),
        lambda: services.save_draft(rule=rule, content=velocity(most=9), actor=other, seen_hash=""),
        lambda: services.submit(rule=rule, actor=other),
        lambda: services.revise(rule=rule, actor=other),
        lambda: services.switch_off(rule=rule, actor=other, reason="x"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert picture(rule) == before
    assert Rule.objects.count() == 1


def test_an_operator_does_not_approve(ann, binding):
    ben = cast.person("ben", "operator")
    rule = services.create_rule(content=velocity(), actor=ann)
    request = services.submit(rule=rule, actor=ann)
    before = picture(rule)
    with pytest.raises(Forbidden):
        cast.approve(request, ben)
    assert picture(rule) == before


def test_a_milder_version_binds_only_when_approved(ann, cleo, binding):
    rule = binding("velocity", code="v", per="device", most=1, within=1)
    draft = services.revise(rule=rule, actor=ann)
    services.save_draft(rule=rule, content=velocity(most=2), actor=ann, seen_hash=draft.content_hash)
    assert claims(3) == ["allow", "deny", "deny"]
    cast.approve(services.submit(rule=rule, actor=ann), cleo)
    assert claims(3) == ["allow", "deny", "deny"]  # one passed before, so one more passes now
    assert list(rule.versions.order_by("number").values_list("state", flat=True)) == [
        VersionState.SUPERSEDED,
        VersionState.APPROVED,
    ]


def test_switching_off_needs_a_reason_and_approval(ann, cleo, binding):
    rule = binding("velocity", code="v", per="device", most=1, within=1)
    with pytest.raises(DomainError, match="Say why"):
        services.switch_off(rule=rule, actor=ann, reason=" ")
    request = services.switch_off(rule=rule, actor=ann, reason="the sale is over")
    assert claims(2) == ["allow", "deny"]
    cast.approve(request, cleo)
    assert claims(2) == ["allow", "allow"]
    rule.refresh_from_db()
    assert (rule.active, rule.current.content["active"]) == (False, False)
    with pytest.raises(DomainError, match="does not bind"):
        services.switch_off(rule=rule, actor=ann, reason="again")


def test_sent_back_it_is_a_draft_again_and_what_ran_runs_on(ann, cleo, binding):
    rule = binding("velocity", code="v", per="device", most=1, within=1)
    request = services.switch_off(rule=rule, actor=ann, reason="x")
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="too early")
    assert claims(2) == ["allow", "deny"]
    assert rule.open_version().is_draft
    services.discard_draft(rule=rule, actor=ann)
    assert rule.open_version() is None


def test_a_draft_is_never_overwritten_unseen(ann):
    ben = cast.person("ben", "operator")
    rule = services.create_rule(content=velocity(), actor=ann)
    seen = rule.open_version().content_hash
    services.save_draft(rule=rule, content=velocity(most=2), actor=ben, seen_hash=seen)
    before = picture(rule)
    with pytest.raises(StaleEdit):
        services.save_draft(rule=rule, content=velocity(most=3), actor=ann, seen_hash=seen)
    assert picture(rule) == before


def test_what_is_incomplete_is_not_saved(ann):
    with pytest.raises(RuleFaults) as refused:
        services.create_rule(content={"kind": "velocity", "params": {"per": "ip"}}, actor=ann)
    assert {fault.path for fault in refused.value.faults} >= {"code", "name", "triggers", "params.most"}
    assert Rule.objects.count() == 0


def test_the_database_lets_no_version_bind_that_nobody_approved(ann, cleo, binding):
    rule = services.create_rule(content=velocity(), actor=ann)
    version = rule.open_version()
    for statement in (
        "UPDATE risk_ruleversion SET state = 'approved' WHERE id = %s",
        "UPDATE risk_rule SET current_id = %s, active = true",
        "DELETE FROM risk_ruleversion WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [version.pk])
    services.submit(rule=rule, actor=ann)
    for statement in (
        "UPDATE risk_ruleversion SET state = 'approved' WHERE id = %s",
        "UPDATE risk_ruleversion SET content = '{}' WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [version.pk])
    assert RuleVersion.objects.get().state == VersionState.IN_REVIEW


def test_numbers_of_what_is_in_force_only_grow(ann, cleo, binding):
    first = binding("velocity", per="ip", most=1, within=1).in_force
    second = binding("deny_list").in_force
    assert 0 < first < second
    assert KEEPER.current().version == second
    assert KEEPER.current().recorded == frozenset(Trigger)


def test_a_rule_that_only_notes_lets_pass_and_tells(binding):
    binding("velocity", per="device", most=1, within=1, answer="watch", triggers=["claim"])
    assert claims(2) == ["allow", "allow"]
    last = Decision.objects.first()
    assert (last.outcome, [one["answer"] for one in last.reasons]) == (Outcome.ALLOW, ["watch"])
