"""复制大促: a new event whose members are drafts, all times moved by one offset, stock and budget to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.events.copies import copied_content, new_codes
from apps.activities.events.members import ACTIVITY, DOCUMENTS, TEMPLATE, Member, members_of, model_of
from apps.activities.events.models import CopiedMember, Event, EventMember
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.offers.lifecycle import EndReason
from apps.offers.models import OfferCode
from apps.offers.versions.sets import create_drafts
from apps.pricing.faults import CODE

Codes = Mapping[str, Mapping[str, str]]  # document -> old code -> new code


@transaction.atomic
def copy_event(
    *,
    event: Event,
    code: str,
    name: str,
    starts_at: datetime,
    actor: User,
    budget_amount: int | None = None,
) -> Event:
    """The copy begins at `starts_at`; everything else keeps its distance to the start. Revoked members stay behind."""
    require_permission(actor, "activities.add_event")
    members = [one for one in members_of(event, actor) if not was_revoked(one)]
    began = start_of(event, members)
    if began is None:
        raise DomainError("no_start", _("This event has no start and no members that have one."), "starts_at")
    shift = starts_at - began
    copy = _new_event(event, code, name, shift, budget_amount, actor)
    codes = _codes(event, copy, members)
    for document in DOCUMENTS:
        _copy_members(
            copy, document, [one for one in members if one.document == document], codes, shift, actor
        )
    record(
        action="event.copy",
        subject=copy,
        actor=actor,
        after={"source": event.code, "shift_seconds": int(shift.total_seconds()), "members": len(members)},
    )
    return copy


def start_of(event: Event, members: Sequence[Member]) -> datetime | None:
    """Its own start, else that of whatever starts first."""
    if event.starts_at is not None:
        return event.starts_at
    starts = [one.thing.starts_at for one in members if hasattr(one.thing, "starts_at")]
    return min(starts, default=None)


def was_revoked(member: Member) -> bool:
    return getattr(member.thing, "end_reason", None) == EndReason.REVOKED


def _new_event(
    event: Event, code: str, name: str, shift: timedelta, budget_amount: int | None, actor: User
) -> Event:
    if not CODE.match(code):
        raise DomainError("code", _("Use 1 to 64 visible ASCII characters without “/”."), "code")
    if Event.objects.filter(code=code).exists():
        raise DomainError("code_taken", _("The code %(taken)s is taken."), "code", taken=code)
    return Event.objects.create(
        code=code,
        name=name,
        starts_at=None if event.starts_at is None else event.starts_at + shift,
        ends_at=None if event.ends_at is None else event.ends_at + shift,
        budget_amount=budget_amount,
        owner=actor,
        copied_from=event,
    )


def _codes(event: Event, copy: Event, members: Sequence[Member]) -> Codes:
    """Activities and templates share one space of codes, campaigns have their own."""
    found: dict[str, Mapping[str, str]] = {}
    taken = set(OfferCode.objects.filter(code__contains=copy.code).values_list("code", flat=True))
    for document in DOCUMENTS:
        model = model_of(document)
        if model.OFFER_OWNER is None:
            taken = set(model.rows().filter(code__contains=copy.code).values_list("code", flat=True))
        old = [one.code for one in members if one.document == document]
        found[document] = new_codes(old, event.code, copy.code, taken)
        taken |= set(found[document].values())
    return found


def _copy_members(
    copy: Event, document: str, members: Sequence[Member], codes: Codes, shift: timedelta, actor: User
) -> None:
    if not members:
        return
    new = codes[document]
    create_drafts(
        model=model_of(document),
        contents=[
            copied_content(one.content, new[one.code], shift, codes[TEMPLATE], copy.code) for one in members
        ],
        actor=actor,
        common={"event": copy} if document == ACTIVITY else None,
    )
    if document != ACTIVITY:
        EventMember.objects.bulk_create(
            EventMember(event=copy, document=document, code=new[one.code]) for one in members
        )
    CopiedMember.objects.bulk_create(
        CopiedMember(
            event=copy, document=document, code=new[one.code], source=one.code, source_at=_right_at(one)
        )
        for one in members
    )


def _right_at(member: Member) -> datetime:
    """When somebody last stood by what it says: its approval, else its last save."""
    version = member.opened or member.thing.current
    at: datetime = version.approved_at or version.saved_at
    return at
