"""Steps on many members of an event: the single things' own verbs, all or nothing, locked in one order."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.events.members import Member, chosen, members_of
from apps.activities.events.models import Event
from apps.activities.events.services.saving import lock_event
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.offers.lifecycle import Action, VersionState
from apps.offers.versions.drafts import revise, save_draft
from apps.offers.versions.models import Running
from apps.offers.versions.packets import submit_packet
from apps.offers.versions.running import pause


@transaction.atomic
def submit_members(*, event: Event, keys: Collection[str], actor: User) -> str:
    """Submit the drafts of an event as one packet, all or none; the packet's name.

    Raises DocumentFaults with the faults of all, each under its code.
    """
    drafts = submittable(chosen(members_of(event, actor), keys))
    if not drafts:
        raise DomainError("no_draft", _("There is no draft to submit."))
    batch = f"{event.code[:30]}-{database_now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    for model in dict.fromkeys(type(one.thing) for one in drafts):
        versions = [one.opened.pk for one in drafts if isinstance(one.thing, model)]
        open_drafts = model.VERSION.rows().filter(pk__in=versions, state=VersionState.DRAFT)
        open_drafts.update(batch=batch)
    requests = submit_packet(batch=batch, actor=actor)
    after = {"batch": batch, "submitted": [request.subject_code for request in requests]}
    record(action="event.submit", subject=event, actor=actor, after=after)
    return batch


@transaction.atomic
def pause_members(*, event: Event, keys: Collection[str], actor: User, reason: str) -> int:
    """Pause what of an event runs or is approved to start; the number paused."""
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    members = pausable(chosen(members_of(event, actor), keys))
    things = [thing for thing in _locked(members) if _can_pause(thing)]
    if not things:
        raise DomainError("nothing_to_pause", _("Nothing of it can be paused now."))
    for thing in things:
        pause(thing=thing, actor=actor, reason=reason)
    after = {"paused": [thing.code for thing in things]}
    record(action="event.pause", subject=event, actor=actor, after=after, reason=reason.strip())
    return len(things)


@transaction.atomic
def extend_members(*, event: Event, keys: Collection[str], ends_at: datetime, actor: User) -> int:
    """Let members end later, at `ends_at`: in the draft that is open, else in a new one beside what runs.

    What runs changes once that is approved. The event's own end moves along. Returns the number of members.
    """
    locked = lock_event(event)
    members = extendable(chosen(members_of(locked, actor), keys), ends_at)
    if not members:
        raise DomainError("nothing_to_extend", _("Nothing of it ends earlier than that."), "ends_at")
    for thing in _locked(members):
        draft = thing.open_version() or revise(thing=thing, actor=actor)
        content = {**draft.content, "ends_at": ends_at.isoformat()}
        save_draft(thing=thing, content=content, actor=actor, seen_revision=draft.revision)
    before = locked.ends_at
    if before is not None and before < ends_at and actor.has_perm("activities.change_event"):
        locked.ends_at = ends_at
        locked.save(update_fields=["ends_at"])
    record(
        action="event.extend",
        subject=locked,
        actor=actor,
        before={"ends_at": before.isoformat() if before else None},
        after={"ends_at": ends_at.isoformat(), "extended": [one.key for one in members]},
    )
    return len(members)


def submittable(members: Sequence[Member]) -> list[Member]:
    return [one for one in members if one.is_draft]


def pausable(members: Sequence[Member]) -> list[Member]:
    """Templates have no pause: without their campaigns nobody claims, and stopping their issue is their own step."""
    return [one for one in members if _can_pause(one.thing)]


def extendable(members: Sequence[Member], ends_at: datetime) -> list[Member]:
    """Those with an end of their own before `ends_at` that are not over and not in review."""
    return [
        one
        for one in members
        if isinstance(one.thing, Running)
        and not one.is_over
        and not one.in_review
        and datetime.fromisoformat(one.content["ends_at"]) < ends_at
    ]


def _can_pause(thing: Any) -> bool:
    return isinstance(thing, Running) and (
        thing.TABLE.allowed(thing.status, thing.pending, Action.PAUSE) is not None
    )


def _locked(members: Sequence[Member]) -> list[Any]:
    """The things as they stand now, model by model in the order of their ids."""
    found: list[Any] = []
    for model in dict.fromkeys(type(one.thing) for one in members):
        ids = [one.thing.pk for one in members if isinstance(one.thing, model)]
        found += model.rows().select_for_update(of=("self",)).filter(pk__in=ids).order_by("id")
    return found
