"""What a process may remember of a campaign between claims: all that its version fixes, and where there was room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from apps.coupons import releases
from apps.coupons.campaigns import Campaign
from apps.coupons.lifecycle import Source
from apps.coupons.parts import in_line, totals
from apps.coupons.terms import DAY, Template
from apps.offers.compile import instant
from apps.offers.documents.template import ValidityMode
from apps.pricing.offer import Targeting

ANYBODY = Targeting()
# The limits of a customer, as Terms name them.
LIMITS = ("per_customer", "per_day")


class Plan(NamedTuple):
    """What a statement must do: which limits it takes, whether there is a budget, when the coupon begins and ends."""

    limits: tuple[str, ...]
    budget: bool
    validity: str


@dataclass(frozen=True, slots=True)
class Known:
    """What holds of a campaign as long as `names` hold in the database, between two instants, and what had room."""

    plan: Plan
    names: dict[str, Any]
    shop: str
    name: str
    shares: tuple[int, ...]
    parts: tuple[tuple[int | None, int], ...]
    quantity: int


def known_of(campaign: Campaign, now: datetime) -> Known | None:
    """None for packs, for campaigns that are not for everybody, and where something must be brought into line."""
    terms = campaign.terms
    if terms.targeting != ANYBODY or terms.coupons != 1:
        return None
    template = campaign.templates[terms.items[0].template]
    budget = template.terms.budget
    # One of them is being taken: what has room for another one is worth a try.
    shares = tuple(share.id for share in campaign.shares if share.total - share.claims > 1)
    parts = tuple((part.id, part.bucket) for part in template.parts if part.room(template.reserve) > 1)
    if not shares or not _all_out(campaign, template, now) or bool(parts) != budget.limited:
        return None
    validity = template.terms.validity
    plan = Plan(
        tuple(name for name in LIMITS if getattr(terms, name) is not None),
        budget.limited,
        "" if validity is None else validity["mode"],
    )
    names = {
        "origin": campaign.code,
        "terms": campaign.version,
        "template": template.code,
        "shop": template.shop,
        "version": template.version,
        "whole": -1 if budget.quantity is None else budget.quantity,
        "money": -1 if budget.amount is None else budget.amount,
        "reserve": template.reserve,
        "per_customer": terms.per_customer,
        "per_day": terms.per_day,
        "zone": settings.TIME_ZONE,
        "source": Source.CLAIM.value,
        "order": "",
        "actor": None,
        "reason": "",
        "closes": terms.ends_at,
        **_window(campaign, template, now),
        **_lives(template),
    }
    return Known(
        plan, names, template.shop, template.terms.name, shares, parts or ((None, 0),), terms.quantity
    )


def _all_out(campaign: Campaign, template: Template, now: datetime) -> bool:
    """Whether the release and the budget lie in their parts exactly, so that nothing needs to be spread."""
    budget, terms = template.terms.budget, campaign.terms
    if not releases.in_line(campaign.shares, terms.released(now), terms.parts):
        return False
    ready = in_line(template.parts, budget, template.reserve)
    # More was taken than a revision left: that is in line, too, but not for long.
    return ready and (not budget.limited or totals(template.parts) == budget)


def _window(campaign: Campaign, template: Template, now: datetime) -> dict[str, datetime]:
    """From when until when the clock changes nothing: no start or end, no release, no death of the coupon."""
    terms = campaign.terms
    past = [one.at for one in terms.releases if one.at <= now]
    ends = [terms.ends_at, *(one.at for one in terms.releases if one.at > now)]
    validity = template.terms.validity
    if validity is not None and validity["mode"] != ValidityMode.RELATIVE:
        ends += [template.validity(now)[1] or terms.ends_at]
    return {"since": max([terms.starts_at, *past]), "until": min(ends)}


def _lives(template: Template) -> dict[str, Any]:
    validity = template.terms.validity
    if validity is None:
        return {}
    if validity["mode"] == ValidityMode.RELATIVE:
        return {"delay": validity["delay_days"] * DAY, "life": validity["days"] * DAY}
    return {"valid_from": instant(validity["from"]), "valid_until": instant(validity["until"])}
