"""An event on one page: the last conclusion, money, what is stale, the calendar, the members; constant statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.events.calendar import Calendar, Span, calendar_of
from apps.activities.events.members import ACTIVITY, CAMPAIGN, DOCUMENTS, TEMPLATE, Member, members_of
from apps.activities.events.models import Event
from apps.activities.events.money import RollUp, roll_up
from apps.activities.events.overlaps import Overlap, overlaps_of
from apps.activities.events.pages.timeline import DrawnRow, DrawnTick, rows_of, ticks_of
from apps.activities.events.reach import reach_of
from apps.activities.events.services.confirming import UNCONFIRMED
from apps.activities.events.staleness import Stale, stale_in
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import pending
from apps.catalog.models import Shop
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.offers.admin.looks import STATE_LOOKS
from apps.offers.compile import compile_activity, instant
from apps.offers.conclusions import Conclusion, conclusion_of
from apps.pricing.layers import LAYERS

MOST_OVERLAPS = 20
MOST_ANCESTORS = 5
DOCUMENT_LABELS = {ACTIVITY: _("activity"), TEMPLATE: _("coupon template"), CAMPAIGN: _("claim campaign")}
EVENT = "event"
#: rows of the calendar below those of the layers
COUPON_ROWS = {TEMPLATE: len(LAYERS), CAMPAIGN: len(LAYERS) + 1}


@dataclass(frozen=True)
class Line:
    """One member as the table and the calendar show it."""

    member: Member
    url: str
    look: str
    shop: str
    most: int | None
    spent: int
    stale: Sequence[Stale]
    overlaps: bool

    @property
    def kind(self) -> Any:
        return DOCUMENT_LABELS[self.member.document]

    @property
    def starts_at(self) -> datetime | None:
        return times_of(self.member)[0]

    @property
    def ends_at(self) -> datetime | None:
        return times_of(self.member)[1]

    @property
    def counts_money(self) -> bool:
        return self.member.document != CAMPAIGN


@dataclass(frozen=True)
class Page:
    """All that the page shows, read once."""

    event: Event
    lines: Sequence[Line]
    money: RollUp
    stale: Sequence[Stale]
    overlaps: Sequence[tuple[Line, Line, Overlap]]
    more_overlaps: int
    compared_all: bool
    calendar: Calendar | None
    shops: Mapping[str, str]
    packets: Mapping[str, Sequence[ApprovalRequest]]
    last: Conclusion | None
    own: Conclusion | None
    now: datetime
    currency: str

    @property
    def rows(self) -> Sequence[DrawnRow]:
        """Of the calendar."""
        lines = {line.member.key: line for line in self.lines}
        return list(rows_of(self.calendar, lines, self.shops)) if self.calendar else []

    @property
    def ticks(self) -> Sequence[DrawnTick]:
        return list(ticks_of(self.calendar)) if self.calendar else []

    @property
    def blocked(self) -> int:
        """Drafts that cannot be submitted as they are."""
        return len({one.member.key for one in self.stale if one.blocks})

    @property
    def to_look_at(self) -> Sequence[tuple[Line, Sequence[Stale]]]:
        """By member, those that block first; that a copy is unconfirmed is said once for all."""
        found = []
        for line in self.lines:
            rest = [one for one in line.stale if one.code != UNCONFIRMED]
            if rest:
                found.append((line, rest))
        return sorted(found, key=lambda pair: not pair[1][0].blocks)

    @property
    def unconfirmed(self) -> int:
        return sum(1 for line in self.lines if line.member.is_unconfirmed)

    @property
    def drafts(self) -> int:
        return sum(1 for line in self.lines if line.member.is_draft)


def page_of(event: Event, user: User) -> Page:
    now = database_now()
    members = members_of(event, user)
    offers = [
        compile_activity(one.content) for one in members if one.document == ACTIVITY and not one.is_over
    ]
    reach = reach_of(offers)
    overlaps = overlaps_of(offers, reach)
    money = roll_up(event, members, reach)
    stale = stale_in(members, reach, now)
    shops = dict(Shop.objects.values_list("code", "name"))
    lines = list(_lines(members, money, stale, overlaps, shops))
    by_code = {line.member.code: line for line in lines if line.member.document == ACTIVITY}
    return Page(
        event=event,
        lines=lines,
        money=money,
        stale=stale,
        overlaps=[(by_code[one.one], by_code[one.other], one) for one in overlaps[:MOST_OVERLAPS]],
        more_overlaps=max(len(overlaps) - MOST_OVERLAPS, 0),
        compared_all=reach.whole,
        calendar=_calendar(event, members, now),
        shops=shops,
        packets=packets_of(members),
        last=_last_conclusion(event),
        own=own_conclusion(event),
        now=now,
        currency=portal().currency,
    )


def _lines(
    members: Iterable[Member],
    money: RollUp,
    stale: Sequence[Stale],
    overlaps: Sequence[Overlap],
    shops: Mapping[str, str],
) -> Iterable[Line]:
    overlapping = {code for one in overlaps for code in (one.one, one.other)}
    by_member: dict[str, list[Stale]] = {}
    for found in stale:
        by_member.setdefault(found.member.key, []).append(found)
    for one in members:
        yield Line(
            member=one,
            url=url_of(one),
            look=STATE_LOOKS.get(one.thing.status, ""),
            shop=shops.get(one.thing.shop_code) or one.thing.shop_code,
            most=money.most_by.get(one.key),
            spent=money.spent_by.get(one.key, 0),
            stale=by_member.get(one.key, []),
            overlaps=one.document == ACTIVITY and one.code in overlapping,
        )


def url_of(member: Member) -> str:
    options = member.thing._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[member.thing.pk])


def times_of(member: Member) -> tuple[datetime | None, datetime | None]:
    """When it counts; a template by the validity of its coupons, where that is fixed."""
    said = member.content
    if member.document == TEMPLATE:
        validity = said["validity"] or {}
        return instant(validity.get("from")), instant(validity.get("until"))
    return instant(said["starts_at"]), instant(said["ends_at"])


def _calendar(event: Event, members: Sequence[Member], now: datetime) -> Calendar | None:
    spans = []
    for one in members:
        starts, ends = times_of(one)
        if starts is not None and ends is not None and starts < ends:
            spans.append(Span(one.key, (one.thing.shop_code, _row_of(one)), starts, ends))
    zone = ZoneInfo(settings.TIME_ZONE)
    return calendar_of(spans, (event.starts_at, event.ends_at), now, zone)


def _row_of(member: Member) -> int:
    if member.document == ACTIVITY:
        return next(layer.rank for layer in LAYERS if layer.value == member.content["layer"])
    return COUPON_ROWS[member.document]


def packets_of(members: Sequence[Member]) -> dict[str, list[ApprovalRequest]]:
    """What waits for approval about the members, by packet; "" are those asked for one by one."""
    found: dict[str, list[ApprovalRequest]] = {}
    types = {one.thing.kind_of_thing() for one in members}
    codes = {one.code for one in members}
    known = {(one.thing.kind_of_thing(), one.code) for one in members}
    for request in pending().filter(subject_type__in=types, subject_code__in=codes) if codes else ():
        if (request.subject_type, request.subject_code) in known:
            found.setdefault(request.batch, []).append(request)
    return found


def packet_url(batch: str) -> str:
    return f"{reverse('admin:approvals_approvalrequest_packet')}?batch={quote(batch, safe='')}"


def _last_conclusion(event: Event) -> Conclusion | None:
    """What the review of the event it was copied from found, or of the nearest before that with one."""
    before, seen = event.copied_from, 0
    while before is not None and seen < MOST_ANCESTORS:
        found = own_conclusion(before)
        if found is not None:
            return found
        before, seen = before.copied_from, seen + 1
    return None


def own_conclusion(event: Event) -> Conclusion | None:
    written = (
        Conclusion(event.conclusion, by=event.owner.full_name if event.owner else "")
        if event.conclusion
        else None
    )
    return conclusion_of(EVENT, event.code) or written


__all__ = ["DOCUMENTS", "Page", "own_conclusion", "packet_url", "packets_of", "page_of", "times_of", "url_of"]
