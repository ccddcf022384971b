"""What `audit` says about risk: nothing while all is well, and a sentence for each promise that is broken."""

import pytest
from django.db import connection

from apps.risk import proofs, services
from apps.risk.models import ReviewCase, Rule
from tests.risk import cast
from tests.risk.test_assessing import assess, refused, release

pytestmark = pytest.mark.django_db


def broken():
    return [*proofs.rules_without_approval(), *proofs.releases_gone_wrong()]


def by_force(table, statement):
    """As somebody would who can switch the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def used(binding, sue, cleo):
    binding("velocity", code="v", per="customer", most=1, within=1, answer="review")
    assess()
    refused(customer="x")
    release(ReviewCase.objects.get(), sue, cleo)
    assert assess() == "allow"


def test_all_is_well_after_a_release_was_used(used):
    assert broken() == []


def test_a_rule_changed_by_force_is_found(used):
    by_force("risk_ruleversion", 'UPDATE risk_ruleversion SET content = content || \'{"answer": "watch"}\'')
    assert broken() == ["rule v: version 1 binds, but nobody approved what it says"]


def test_a_release_that_could_be_used_again_is_found(used):
    by_force("risk_reviewcase", "UPDATE risk_reviewcase SET state = 'released'")
    case = ReviewCase.objects.get()
    assert broken() == [f"review {case.pk} is released and passed 1 times"]


def test_what_people_switch_off_is_no_fault(used, ann, cleo):
    request = services.switch_off(rule=Rule.objects.get(), actor=ann, reason="over")
    cast.approve(request, cleo)
    assert broken() == []
