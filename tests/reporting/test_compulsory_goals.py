"""From the budget that administrators name on, an activity is not submitted without a goal."""

from typing import Any

import pytest
from django.test import Client

from apps.activities.services import submit
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Portal
from apps.catalog.services.portal import set_goal_from
from apps.core.errors import Forbidden
from apps.core.models import AuditEntry
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.errors import DocumentFaults
from tests.activities.cast import document, goods, person
from tests.storefront import fair

pytestmark = pytest.mark.django_db
LIMIT = 50_000


@pytest.fixture
def limited() -> Any:
    """The operator of a portal with such a limit."""
    fair.set_up()
    goods()
    set_goal_from(amount=LIMIT, actor=person("root", "administrator"), reason="goals first")
    return person("olga", "operator")


def drafted(by: Any, code: str, **changes: Any) -> Any:
    from apps.activities.models import Activity

    return create_draft(model=Activity, content=document(code, **changes), actor=by)


def test_a_large_budget_needs_a_goal_and_the_fault_names_the_field(limited: Any) -> None:
    large = drafted(limited, "large", budget={"amount": LIMIT})
    with pytest.raises(DocumentFaults) as refused:
        submit(thing=large, actor=limited)
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [("goals", "goal_missing")]
    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": {"amount": LIMIT}, "goals": [{"metric": "gmv", "target": 1}]},
        {"budget": {"amount": LIMIT - 1}},
        {"budget": {}},
    ],
    ids=["with a goal", "a smaller budget", "no budget in money"],
)
def test_what_has_a_goal_or_a_smaller_budget_is_submitted(limited: Any, changes: Any) -> None:
    submit(thing=drafted(limited, "fine", **changes), actor=limited)
    assert ApprovalRequest.objects.filter(subject_code="fine").count() == 1


def test_the_administrator_types_it_in_yuan_and_the_log_says_so(limited: Any) -> None:
    root = person("rita", "administrator")
    root.is_staff = True
    root.save()
    client = Client()
    client.force_login(root)
    said = {"_form_submitted": "True", "amount": "100000", "reason": "as agreed"}
    client.post("/admin/catalog/portal/1/goal-from/", said)
    assert Portal.objects.get().goal_from_amount == 10_000_000
    entry = AuditEntry.objects.filter(action="portal.change").latest("pk")
    assert (entry.actor, entry.before, entry.after, entry.reason) == (
        "user:rita",
        {"goal_from_amount": LIMIT},
        {"goal_from_amount": 10_000_000},
        "as agreed",
    )
    asked = client.get("/admin/catalog/portal/1/goal-from/", headers={"HX-Request": "true"})
    assert 'value="100000.00"' in asked.content.decode() or 'value="100000"' in asked.content.decode()
    assert "¥100,000" in client.get("/admin/catalog/portal/1/change/").content.decode()


def test_nobody_else_changes_it(limited: Any) -> None:
    with pytest.raises(Forbidden):
        set_goal_from(amount=None, actor=limited, reason="r")
    assert Portal.objects.get().goal_from_amount == LIMIT
