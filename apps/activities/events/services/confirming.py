"""Stock and budget that a copy brought along count again only once somebody has looked at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.events.members import Member, members_of
from apps.activities.events.models import CopiedMember, Event, EventMember
from apps.activities.events.services.saving import lock_event
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.pricing.faults import Fault

UNCONFIRMED = "unconfirmed"


@transaction.atomic
def confirm_members(*, event: Event, seen: Mapping[str, str], actor: User) -> int:
    """Confirm the members named by `seen` (key -> hash of the content one looked at); the number confirmed.

    Refused as a whole where a draft is no longer what was seen.
    """
    require_permission(actor, "activities.change_event")
    locked = lock_event(event)
    members = [one for one in members_of(locked, actor) if one.key in seen and one.is_unconfirmed]
    changed = [one for one in members if _hash(one) != seen[one.key]]
    if changed:
        message = _("%(name)s was edited in the meantime: look at its numbers again.")
        raise DomainError("stale", message, name=changed[0].thing.name)
    rows = CopiedMember.objects.filter(
        pk__in=[one.copied.pk for one in members if one.copied], confirmed_at=None
    )
    confirmed = rows.update(confirmed_by=actor, confirmed_at=database_now())
    if confirmed:
        record(
            action="event.confirm",
            subject=locked,
            actor=actor,
            after={"confirmed": [one.key for one in members]},
        )
    return confirmed


def _hash(member: Member) -> str:
    return str((member.opened or member.thing.current).content_hash)


def unconfirmed_faults(thing: Any) -> list[Fault]:
    """Why a copied draft cannot be submitted yet."""
    waiting = CopiedMember.objects.filter(document=thing.DOCUMENT, code=thing.code, confirmed_at=None)
    if not waiting.exists():
        return []
    path = "quantity" if thing.DOCUMENT == "campaign" else "budget.amount"
    return [
        Fault(
            path, UNCONFIRMED, "stock and budget come from a copied event: confirm them on the event's page"
        )
    ]


def follow_code(document: str, old: str, new: str) -> None:
    """A draft got another code: what an event knows of it goes along."""
    EventMember.objects.filter(document=document, code=old).update(code=new)
    CopiedMember.objects.filter(document=document, code=old).update(code=new)
