"""Events (大促): no approval of their own, only what belongs to them is approved."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.activities.models import Event
from apps.core.audit import record
from apps.core.permissions import require_permission
from apps.offers.compile import instant
from apps.offers.documents import read_event
from apps.offers.versions.errors import DocumentFaults
from apps.pricing.faults import Findings, Reader


@transaction.atomic
def save_event(*, content: Mapping[str, Any], actor: User | None) -> bool:
    """Bring an event in by its code; content that is there already writes nothing. Returns whether it changed."""
    findings = Findings()
    wanted = read_event(Reader(content, "", findings))
    if findings.faults:
        raise DocumentFaults(findings.faults)
    event = Event.objects.select_for_update().filter(code=wanted["code"]).first()
    if actor is not None:
        require_permission(actor, "activities.change_event" if event else "activities.add_event")
    before = None if event is None else document_of(event)
    if before == wanted:
        return False
    event = event or Event(code=wanted["code"])
    event.name = wanted["name"]
    event.starts_at, event.ends_at = instant(wanted["starts_at"]), instant(wanted["ends_at"])
    event.budget_amount = wanted["budget"]["amount"]
    event.save()
    record(
        action="event.edit" if before else "event.create",
        subject=event,
        actor=actor,
        before=before,
        after=wanted,
    )
    return True


def document_of(event: Event) -> dict[str, Any]:
    """The event as the pack format writes it, canonical."""
    return {
        "code": event.code,
        "name": event.name,
        "starts_at": event.starts_at.isoformat() if event.starts_at else None,
        "ends_at": event.ends_at.isoformat() if event.ends_at else None,
        "budget": {"amount": event.budget_amount},
    }
