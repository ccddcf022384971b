"""A packet on one page: one item is sent back, the rest is approved as one."""

import pytest

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
