"""Many at the same instant with one mark: exactly as many pass as the rule lets, and without the lock more."""

import pytest
from django.db import connections, transaction

from apps.core.errors import Refused
from apps.risk import questions, services
from apps.risk.lifecycle import Trigger
from apps.risk.models import Decision, ReviewCase, RiskEvent
from tests.concurrency.processes import FORK, at_once
from tests.risk import cast

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
MOST = 3
MANY = 10


def claim(number, hold):
    """A claim from one device that takes its time between the assessment and its end."""
    try:
        with transaction.atomic():
            services.admit(
                trigger=Trigger.CLAIM, subject="c1", customer=f"x{number}", marks=cast.marks(device="d")
            )
            hold()
    except Refused as refused:
        with transaction.atomic():
            refused.after()
        return refused.code
    return "claimed"


def many_claims():
    """All assess before the first ends, where nothing holds them back."""
    barrier = FORK.Barrier(MANY)

    def wait_for_all():
        try:
            barrier.wait(0.5)
        except Exception:
            return

    results = at_once([lambda n=n: claim(n, wait_for_all) for n in range(MANY)])
    return results.count("claimed")


@pytest.fixture
def committed_rule(transactional_db):
    rule = cast.put_in_force(
        cast.person("ann", "operator"),
        cast.person("cleo", "approver"),
        "velocity",
        per="device",
        most=MOST,
        within=1,
        answer="review",
    )
    yield rule
    connections.close_all()


def test_exactly_as_many_pass_as_the_rule_lets(committed_rule):
    assert many_claims() == MOST
    assert RiskEvent.objects.filter(mark="device").count() == MOST
    assert Decision.objects.filter(outcome="review").count() == ReviewCase.objects.count() == MANY - MOST


def test_control_without_the_lock_more_pass(committed_rule, monkeypatch):
    monkeypatch.setattr(questions, "locks_of", lambda asked: [])
    assert many_claims() > MOST


def test_a_release_is_used_once(committed_rule):
    """Given a released claim, when it is tried twice at once, then one passes."""
    for number in range(MOST):
        claim(number, lambda: None)
    assert claim("y", lambda: None) == "denied_by_risk"
    case = ReviewCase.objects.get()
    sue = cast.person("sue", "customer_service")
    cast.approve(
        services.propose_release(case=case, actor=sue, reason="r"), type(sue).objects.get(username="cleo")
    )
    results = at_once([lambda: claim("y", lambda: None)] * 4)
    assert sorted(results) == ["claimed", "denied_by_risk", "denied_by_risk", "denied_by_risk"]


def test_the_same_claim_held_back_many_times_at_once_is_one_case(committed_rule):
    for number in range(MOST):
        claim(number, lambda: None)
    assert at_once([lambda: claim("y", lambda: None)] * 4) == ["denied_by_risk"] * 4
    assert ReviewCase.objects.values_list("customer_code", "attempts").get() == ("xy", 4)
