"""What is stale in the drafts of an event: what they name has gone or changed, or they could never do anything.

A constant number of statements, whatever the number of drafts. What blocks submission is said first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.activities.events.goods import Goods, goods_of
from apps.activities.events.members import ACTIVITY, CAMPAIGN, TEMPLATE, Member, model_of
from apps.activities.events.overlaps import never_opens
from apps.activities.events.reach import Reach
from apps.audiences.models import Audience
from apps.catalog.selectors import portal
from apps.offers.compile import compile_activity
from apps.offers.forms.fault_texts import TYPES, text_of_fault
from apps.offers.models import PlacementRecord
from apps.offers.submission import Facts, lacks_goal, submission_faults
from apps.offers.versions.contents import READERS
from apps.offers.versions.references import unknown_codes
from apps.pricing.faults import Findings, Reader, Reference

DATES = re.compile(
    r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|双\s?(?:1[0-2]|十[一二]?)"
)
NAMED = 3


@dataclass(frozen=True)
class Stale:
    """One thing to look at. `blocks`: it keeps the draft from being submitted."""

    member: Member
    code: str
    text: str
    blocks: bool = False


def stale_in(members: Sequence[Member], reach: Reach, now: datetime) -> list[Stale]:
    """Of the drafts among `members`; what blocks first, then in the order of the members."""
    drafts = [member for member in members if member.is_draft]
    if not drafts:
        return []
    found = [
        *_unconfirmed(drafts),
        *_gone(drafts),
        *_never(drafts, members, reach, now),
        *_goods(drafts),
        *_placements(drafts),
        *_dates(drafts),
    ]
    order = {member.key: position for position, member in enumerate(drafts)}
    return sorted(found, key=lambda one: (not one.blocks, order[one.member.key]))


def _unconfirmed(drafts: Sequence[Member]) -> Iterable[Stale]:
    for one in drafts:
        if one.is_unconfirmed:
            yield Stale(one, "unconfirmed", _("stock and budget are not confirmed"), True)


def _gone(drafts: Sequence[Member]) -> Iterable[Stale]:
    """Codes that documents name and nobody knows any more: SKUs, audiences, shops, templates ..."""
    references = []
    for position, one in enumerate(drafts):
        findings = Findings()
        READERS[one.document](Reader(one.content, "", findings))
        references += [replace(found, path=str(position)) for found in findings.references]
    gone: dict[tuple[int, str], list[str]] = {}
    for fault in unknown_codes(_once(references)):
        kind, code = str(fault.numbers["type"]), str(fault.numbers["code"])
        gone.setdefault((int(fault.path), kind), []).append(code)
    for (position, kind), codes in gone.items():
        words = {"kind": _(TYPES.get(kind, kind)), "codes": some_of(codes)}
        yield Stale(drafts[position], f"{kind}_gone", _("%(kind)s gone: %(codes)s") % words, True)


def _once(references: Iterable[Reference]) -> list[Reference]:
    return list(dict.fromkeys(references))


def _never(
    drafts: Sequence[Member], members: Sequence[Member], reach: Reach, now: datetime
) -> Iterable[Stale]:
    """Windows in the past, nothing in scope, nobody meant, coupons that end before their campaign does."""
    people = _people(drafts)
    validities = _validities(drafts, members)
    goal_from = portal().goal_from_amount if any(lacks_goal(one.content) for one in drafts) else None
    for one in drafts:
        audiences = one.content.get("targeting", {}).get("audiences", ())
        counted = [people.get(code, 0) for code in audiences]
        facts = Facts(
            skus_in_scope=_in_scope(one, reach),
            people=None if None in counted else sum(filter(None, counted)),
            validities=validities,
            goal_from=goal_from,
        )
        for fault in submission_faults(one.content, facts, now):
            yield Stale(one, fault.code, f"{place_in_words(fault.path)}{text_of_fault(fault)}", True)
        if one.document == ACTIVITY and never_opens(compile_activity(one.content)):
            yield Stale(one, "never_opens", _("none of its sessions lies between its start and its end"))


def place_in_words(path: str) -> str:
    """The words for where a fault of submission lies; the others say it themselves."""
    places = {
        "starts_at": _("start"),
        "ends_at": _("end"),
        "validity.until": _("end of validity"),
        "budget.amount": _("budget"),
        "holdout_bps": _("holdout"),
    }
    if path in places:
        return f"{places[path]}: "
    return f"{_('coupon template')}: " if path.startswith("items[") else ""


def _in_scope(member: Member, reach: Reach) -> int | None:
    if member.document != ACTIVITY:
        return None
    mask = reach.masks.get(member.code, 0)
    return None if not reach.whole and not mask else reach.common(member.code, member.code)


def _people(drafts: Sequence[Member]) -> Mapping[str, int | None]:
    """How many each audience holds; None where a rule decides."""
    named = {code for one in drafts for code in one.content.get("targeting", {}).get("audiences", ())}
    rows = Audience.objects.filter(code__in=named).values_list("code", "list_size", "rule") if named else ()
    return {code: None if rule is not None else size for code, size, rule in rows}


def _validities(drafts: Sequence[Member], members: Sequence[Member]) -> Mapping[str, Any]:
    """How long the coupons of each template are good: as drafted here, else as in use."""
    found = {one.code: one.content["validity"] for one in members if one.document == TEMPLATE}
    named = {
        item["template"] for one in drafts if one.document == CAMPAIGN for item in one.content["items"]
    } - set(found)
    if named:
        for other in (
            model_of(TEMPLATE).rows().filter(code__in=named, current__isnull=False).select_related("current")
        ):
            found[other.code] = other.current.content["validity"]
    return found


def _goods(drafts: Sequence[Member]) -> Iterable[Stale]:
    goods = goods_of(drafts)
    for one in drafts:
        yield from (Stale(one, code, text) for code, text in _about_goods(one, goods))


def _about_goods(member: Member, goods: Goods) -> Iterable[tuple[str, str]]:
    below = [f"{code} {price} < {floor}" for code, price, floor in goods.below_floor(member)]
    if below:
        text = ngettext(
            "%(n)s SKU below its floor price: %(which)s",
            "%(n)s SKUs below their floor price: %(which)s",
            len(below),
        )
        yield "below_floor", text % {"n": len(below), "which": some_of(below)}
    above = [f"{code} {price} ≥ {listed}" for code, price, listed in goods.not_cheaper(member)]
    if above:
        text = ngettext(
            "%(n)s SKU is no cheaper than its list price: %(which)s",
            "%(n)s SKUs are no cheaper than their list price: %(which)s",
            len(above),
        )
        yield "not_cheaper", text % {"n": len(above), "which": some_of(above)}
    changed = [f"{code} {then} → {today}" for code, then, today in goods.price_changed(member)]
    if changed:
        text = ngettext(
            "%(n)s list price changed since: %(which)s",
            "%(n)s list prices changed since: %(which)s",
            len(changed),
        )
        yield "price_changed", text % {"n": len(changed), "which": some_of(changed)}
    excluded = goods.excluded(member)
    if excluded:
        yield "excluded", _("excluded from activities: %(codes)s") % {"codes": some_of(excluded)}


def _placements(drafts: Sequence[Member]) -> Iterable[Stale]:
    named = {code for one in drafts for code in one.content.get("placements", ())}
    if not named:
        return
    closed = set(
        PlacementRecord.objects.filter(code__in=named, is_active=False).values_list("code", flat=True)
    )
    for one in drafts:
        codes = [code for code in one.content.get("placements", ()) if code in closed]
        if codes:
            yield Stale(
                one, "placement_inactive", _("placement out of use: %(codes)s") % {"codes": some_of(codes)}
            )


def _dates(drafts: Sequence[Member]) -> Iterable[Stale]:
    """Texts name days, which no offset moves."""
    for one in drafts:
        if one.copied is None:
            continue
        display = one.content.get("display") or {}
        texts = [one.content["name"], *_texts(display.get(name) for name in ("title", "badge", "rules"))]
        found = list(dict.fromkeys(day for text in texts for day in DATES.findall(text)))
        if found:
            yield Stale(one, "dates", _("its texts name a day: %(days)s") % {"days": some_of(found)})


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, Mapping):
            yield from (text for text in value.values() if text)
        elif value:
            yield value


def some_of(items: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    shown = "、".join(items[:NAMED])
    return (
        shown
        if len(items) <= NAMED
        else _("%(shown)s and %(more)s more") % {"shown": shown, "more": len(items) - NAMED}
    )
