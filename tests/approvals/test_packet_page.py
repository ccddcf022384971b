"""A packet on one page: one item is sent back, the rest is approved as one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.approvals.models import ApprovalRequest
from tests.activities.cast import submitted
from tests.admin.typing import INBOX

pytestmark = pytest.mark.django_db


def test_one_is_sent_back_and_the_rest_is_approved(ann, cleo, as_user):
    asked = [submitted(ann, code)[1] for code in ("a", "b", "c")]
    ApprovalRequest.objects.update(batch="fair")
    client = as_user(cleo)
    page = client.get(f"{INBOX}packet/?batch=fair")
    assert [item.asked.subject_code for item in page.context["items"]] == ["a", "b", "c"]
    back = {"verdict": "reject", "seen_hash": asked[1].content_hash, "reason": "too low", "packet": "1"}
    client.post(f"{INBOX}{asked[1].pk}/decide/", back)
    whole = {"batch": "fair", "verdict": "approve"}
    client.post(f"{INBOX}packet/decide/", {**whole, "seen_hash": page.context["seen_hash"]})
    assert ApprovalRequest.objects.filter(state="approved").count() == 0  # the packet is not what was seen
    fresh = client.get(f"{INBOX}packet/?batch=fair").context["seen_hash"]
    client.post(f"{INBOX}packet/decide/", {**whole, "seen_hash": fresh})
    states = list(ApprovalRequest.objects.order_by("id").values_list("state", flat=True))
    assert states == ["approved", "rejected", "approved"]


def test_each_item_more_costs_the_same_few_statements(ann, cleo, as_user):
    client = as_user(cleo)

    def statements(items: int) -> int:
        for number in range(ApprovalRequest.objects.count(), items):
            submitted(ann, f"a{number}")
        ApprovalRequest.objects.update(batch="fair")
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"{INBOX}packet/?batch=fair")
        assert len(page.context["items"]) == items
        return len(asked)

    statements(1)
    few, more, many = statements(1), statements(2), statements(5)
    assert more - few <= 19
    assert many - more == 3 * (more - few)
