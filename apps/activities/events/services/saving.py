"""What an event itself says: no approval of its own, only what belongs to it is approved."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.activities.events.models import Event
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
    event = Event.objects.select_for_update(no_key=True, of=("self",)).filter(code=wanted["code"]).first()
    if actor is not None:
        require_permission(actor, "activities.change_event" if event else "activities.add_event")
    before = None if event is None else document_of(event)
    if before == wanted:
        return False
    event = event or Event(code=wanted["code"], owner=actor)
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


@transaction.atomic
def conclude(*, event: Event, text: str, actor: User | None) -> Event:
    """Keep what the review of an event found, for the next one."""
    return _change(event, "event.conclude", actor, conclusion=text.strip())


@transaction.atomic
def hand_over(*, event: Event, owner: User, actor: User | None) -> Event:
    """Make somebody else answer for an event; its members keep their owners."""
    return _change(event, "event.hand_over", actor, owner=owner)


def _change(event: Event, action: str, actor: User | None, **values: Any) -> Event:
    """Write one column and note it; what is so already writes nothing."""
    if actor is not None:
        require_permission(actor, "activities.change_event")
    locked = lock_event(event)
    (name, value), *_none = values.items()
    before = getattr(locked, name)
    if before == value:
        return locked
    setattr(locked, name, value)
    locked.save(update_fields=[name])
    record(
        action=action, subject=locked, actor=actor, before={name: _said(before)}, after={name: _said(value)}
    )
    return locked


def _said(value: Any) -> Any:
    return value.get_username() if isinstance(value, User) else value


def lock_event(event: Event) -> Event:
    """The event as it stands now. Its members may be written meanwhile: they only point at its row."""
    return Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)
