"""What others hear of an activity: every step once, in order, in the transaction of the step."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.activities import services
from apps.activities.lifecycle import EndReason
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError
from apps.core.models import OutboxEvent
from apps.offers.versions.sweep import sweep
from tests.activities.cast import approved, drafted, live, submitted

pytestmark = pytest.mark.django_db


def heard(code: str = "minus-10") -> list[str]:
    return list(OutboxEvent.objects.filter(subject=code).order_by("id").values_list("topic", flat=True))


def said(topic: str) -> dict[str, Any]:
    payload = OutboxEvent.objects.filter(topic=topic).latest("id").payload
    assert payload.pop("at")
    return payload


def test_drafts_and_reviews_are_nobodys_business(ann: Any, cleo: Any) -> None:
    drafted(ann, "a")
    _activity, request = submitted(ann, "b")
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="no")
    assert not OutboxEvent.objects.filter(topic__startswith="activity.").exists()


def test_approved_live_and_expired_by_the_schedule(ann: Any, cleo: Any) -> None:
    activity = approved(ann, cleo)
    assert said("activity.approved")["status"] == "approved"
    with frozen(activity.starts_at):
        sweep(Activity)
        sweep(Activity)
    assert said("activity.live") == {"status": "live"}
    with frozen(activity.ends_at):
        sweep(Activity)
    assert said("activity.expired") == {"status": "ended", "end_reason": "expired"}
    assert heard() == ["activity.approved", "activity.live", "activity.expired"]


def test_paused_resumed_stopped_lowered_revised_revoked(ann: Any, cleo: Any, dan: Any) -> None:
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=ann, reason="look")
    assert said("activity.paused") == {"status": "paused", "reason": "look"}
    services.resume(thing=activity, actor=dan)
    services.stop_skus(activity=activity, actor=ann, reason="torn", skus=["A"])
    stop = {"kind": "sku", "sku": "A"}
    assert said("activity.stopped") == {"status": "live", "reason": "torn", "stops": [stop]}
    services.lower_budget(activity=activity, actor=ann, reason="less", value=40_000)
    assert said("activity.lowered")["stops"] == [{"kind": "budget", "value": 40_000}]
    draft = services.revise(thing=activity, actor=ann)
    content = {**draft.content, "name": "more"}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    request = services.submit(thing=activity, actor=ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert said("activity.revised")["version"] == 2
    request = services.request_revocation(thing=activity, actor=ann, reason="wrong")
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert said("activity.revoked") == {
        "status": "ended",
        "end_reason": "revoked",
        "reason": "wrong",
        "cancel_unpaid": False,
    }
    assert heard() == [
        "activity.approved",
        "activity.live",
        "activity.paused",
        "activity.resumed",
        "activity.stopped",
        "activity.lowered",
        "activity.revised",
        "activity.revoked",
    ]


@pytest.mark.parametrize("reason", [EndReason.SOLD_OUT, EndReason.BUDGET_EXHAUSTED])
def test_used_up(ann: Any, cleo: Any, reason: EndReason) -> None:
    live(ann, cleo)
    assert services.use_up(code="minus-10", reason=reason)
    assert said(f"activity.{reason.value}") == {"status": "ended", "end_reason": reason.value}


def test_how_much_is_gone(ann: Any, cleo: Any) -> None:
    live(ann, cleo)
    services.tell_level(code="minus-10", measure="units", level=50)
    services.tell_level(code="minus-10", measure="budget", level=95)
    assert said("activity.stock_level") == {"status": "live", "level": 50}
    assert said("activity.budget_level") == {"status": "live", "level": 95}


def test_what_is_refused_or_undone_is_not_heard(ann: Any, cleo: Any) -> None:
    activity = live(ann, cleo)
    before = heard()
    with pytest.raises(DomainError):
        services.pause(thing=activity, actor=ann, reason=" ")
    with transaction.atomic():
        services.pause(thing=activity, actor=ann, reason="look")
        transaction.set_rollback(True)
    with frozen(database_now() + timedelta(hours=1)):
        sweep(Activity)
    assert heard() == before
