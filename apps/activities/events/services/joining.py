"""Joining an event and leaving it: activities by their drafts, templates and campaigns at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.events.members import ACTIVITY, DOCUMENTS, model_of
from apps.activities.events.models import Event, EventMember
from apps.activities.events.services.saving import lock_event
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.offers.lifecycle import State
from apps.offers.versions.drafts import revise, save_draft


@transaction.atomic
def join(*, event: Event, document: str, codes: Sequence[str], actor: User | None) -> Event:
    """Make things members. An activity that runs gets a draft that says so; one whose time has come cannot join."""
    locked = _open(event, document, actor)
    wanted = sorted(set(codes))
    _check_known(document, wanted)
    if document == ACTIVITY:
        for thing in model_of(document).rows().filter(code__in=wanted).order_by("id"):
            _point(thing, locked.code, actor)
    else:
        _take_in(locked, document, wanted)
    _note("event.join", locked, document, wanted, actor)
    return locked


@transaction.atomic
def leave(*, event: Event, document: str, codes: Sequence[str], actor: User) -> Event:
    """Take things out of an event; they stay what they are."""
    locked = _open(event, document, actor)
    wanted = sorted(set(codes))
    if document == ACTIVITY:
        for thing in model_of(document).rows().filter(code__in=wanted, event=locked).order_by("id"):
            _point(thing, None, actor)
    else:
        EventMember.objects.filter(event=locked, document=document, code__in=wanted).delete()
    _note("event.leave", locked, document, wanted, actor)
    return locked


def _open(event: Event, document: str, actor: User | None) -> Event:
    if actor is not None:
        require_permission(actor, "activities.change_event")
    if document not in DOCUMENTS:
        raise DomainError("unknown_document", _("Nothing of this kind can belong to an event."))
    return lock_event(event)


def _check_known(document: str, codes: Sequence[str]) -> None:
    known = set(model_of(document).rows().filter(code__in=codes).values_list("code", flat=True))
    missing = [code for code in codes if code not in known]
    if missing:
        message = _("Nothing has the code %(missing)s.")
        raise DomainError("unknown_code", message, document, missing=", ".join(missing))


def _take_in(event: Event, document: str, codes: Sequence[str]) -> None:
    rows = [EventMember(event=event, document=document, code=code) for code in codes]
    EventMember.objects.bulk_create(rows, ignore_conflicts=True)
    elsewhere = EventMember.objects.filter(document=document, code__in=codes).exclude(event=event)
    other = elsewhere.select_related("event").order_by("code").first()
    if other is not None:
        message = _("%(taken)s belongs to another event: %(other)s.")
        raise DomainError("in_other_event", message, document, taken=other.code, other=other.event.name)


def _point(thing: Any, event: str | None, actor: User | None) -> None:
    """Write the event into the draft of an activity, a new one beside what runs where none is open."""
    if actor is None:
        raise DomainError("needs_person", _("An activity joins by a draft, which somebody must write."))
    if thing.current_id is not None and (thing.status == State.ENDED or thing.starts_at <= database_now()):
        message = _("%(name)s has started: what runs cannot change its event.")
        raise DomainError("started", message, ACTIVITY, name=thing.name)
    draft = thing.open_version() or revise(thing=thing, actor=actor)
    content = {**draft.content, "event": event}
    save_draft(thing=thing, content=content, actor=actor, seen_revision=draft.revision)


def _note(action: str, event: Event, document: str, codes: Sequence[str], actor: User | None) -> None:
    record(action=action, subject=event, actor=actor, after={"document": document, "codes": list(codes)})
