"""Claim campaigns as those who claim see them: open by the clock, with what is released, for whom they are.

Reads only. What stands here is a look without locks; the guarded writes of `services/claiming.py` decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from apps.audiences.membership import audiences_of
from apps.audiences.rules import customer_fields
from apps.audiences.selectors import rules_at
from apps.core.errors import Refused
from apps.coupons.parts import parts_for
from apps.coupons.refusals import (
    ended,
    limit_reached,
    not_eligible,
    not_started,
    sold_out,
    unknown_campaign,
)
from apps.coupons.terms import Template
from apps.offers.compile import compile_targeting, instant
from apps.offers.documents.campaign import CampaignMode
from apps.offers.lifecycle import EndReason, State
from apps.pricing.cart import Cart, Customer
from apps.pricing.eligibility import not_meant
from apps.pricing.offer import Targeting

ALL_TIME = ""


class Item(NamedTuple):
    """So many coupons of a template in each claim."""

    template: str
    quantity: int


class Release(NamedTuple):
    """From `at` on, so many more."""

    at: datetime
    quantity: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approved campaign says. Without `releases` all is released at the start."""

    name: str
    mode: str
    items: tuple[Item, ...]
    starts_at: datetime
    ends_at: datetime
    quantity: int
    releases: tuple[Release, ...]
    per_customer: int | None
    per_day: int | None
    targeting: Targeting

    @property
    def coupons(self) -> int:
        """How many coupons one claim gives."""
        return sum(item.quantity for item in self.items)

    @property
    def parts(self) -> int:
        return parts_for(self.quantity)

    def released(self, now: datetime) -> int:
        """How many claims the clock has released so far."""
        if not self.releases:
            return self.quantity
        return sum(one.quantity for one in self.releases if one.at <= now)

    def next_release(self, now: datetime) -> Release | None:
        return min((one for one in self.releases if one.at > now), default=None)

    def limits(self, now: datetime) -> dict[str, int]:
        """How many claims a customer may have, by day; ALL_TIME first, as they are locked."""
        found = {ALL_TIME: self.per_customer, day_of(now): self.per_day}
        return {day: most for day, most in found.items() if most is not None}


@lru_cache(maxsize=4_096)
def terms_in(content: str) -> Terms:
    document = orjson.loads(content)
    starts_at, ends_at = instant(document["starts_at"]), instant(document["ends_at"])
    assert starts_at is not None
    assert ends_at is not None
    return Terms(
        name=document["name"],
        mode=document["mode"],
        items=tuple(Item(one["template"], one["quantity"]) for one in document["items"]),
        starts_at=starts_at,
        ends_at=ends_at,
        quantity=document["quantity"],
        releases=tuple(
            Release(datetime.fromisoformat(one["at"]), one["quantity"]) for one in document["releases"]
        ),
        per_customer=document["per_customer"],
        per_day=document["per_customer_per_day"],
        targeting=compile_targeting(document["targeting"]),
    )


def day_of(now: datetime) -> str:
    """The portal's calendar day."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()


class Share(NamedTuple):
    """One row of what a campaign has released."""

    id: int
    total: int
    claims: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants coupons, from where, and what is known of them; `id` None is nobody in particular."""

    id: str | None
    stored: Mapping[str, Any] | None
    lists: Sequence[str]
    rule_version: int
    channel: str | None = None
    terminal: str | None = None
    region: str | None = None

    def reason_not_meant(self, wanted: Targeting) -> str | None:
        """What about them is not what the targeting asks; audiences are looked at only where some are named."""
        stored = self.stored or {}
        customer = Customer(
            id=self.id,
            member_level=stored.get("member_level"),
            new=stored.get("orders") == 0,
            audiences=self._audiences(wanted.audiences) if wanted.audiences else frozenset(),
        )
        cart = Cart(
            currency="",
            lines=(),
            customer=customer,
            channel=self.channel,
            terminal=self.terminal,
            region=stored.get("region") if self.region is None else self.region,
        )
        reason = not_meant(wanted, cart)
        return None if reason is None else reason[0]

    def _audiences(self, among: Iterable[str]) -> frozenset[str]:
        fields = customer_fields(self.stored, {"region": self.region})
        return audiences_of(lists=self.lists, rules=rules_at(self.rule_version), fields=fields, among=among)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign that was approved once, at one look: its state, what it has given, what of it `asker` has had.

    `version` is the id of the version that runs.
    """

    code: str
    status: str
    end_reason: str
    version: int
    terms: Terms
    shares: tuple[Share, ...]
    templates: Mapping[str, Template]
    had: Mapping[str, int]

    @property
    def claims(self) -> int:
        return sum(share.claims for share in self.shares)

    def visible_to(self, shop: str | None) -> bool:
        """Whether a key of `shop` (None: of all) may know of it: it hands out that shop's coupons or the platform's."""
        return all(
            code in self.templates and (shop is None or self.templates[code].shop in ("", shop))
            for code, _ in self.terms.items
        )

    def left(self, now: datetime) -> int:
        """How many claims it can give now: what is released, as far as the templates go."""
        released = max(0, self.terms.released(now) - self.claims)
        return min(released, *(self._template_left(item) for item in self.terms.items))

    def _template_left(self, item: Item) -> int:
        return self.templates[item.template].left // item.quantity

    def refusal(self, asker: Asker, now: datetime) -> Refused | None:
        """Why this customer gets nothing now, or None: not open, not theirs, had enough, none left."""
        return self._not_open(now) or self._not_for(asker) or self._had_enough(now) or self._none_left(now)

    def _not_open(self, now: datetime) -> Refused | None:
        """By the clock; the status is asked only for what people did."""
        terms = self.terms
        if self.end_reason == EndReason.SOLD_OUT:
            return sold_out(next_release_at=None)
        if self.status == State.ENDED or now >= terms.ends_at:
            return ended(self.end_reason or EndReason.EXPIRED)
        if self.status == State.PAUSED:
            return ended("paused")
        if now < terms.starts_at:
            return not_started(terms.starts_at)
        if not all(self.templates[code].gives(now) for code, _ in terms.items):
            return ended("template_closed")
        return None

    def _not_for(self, asker: Asker) -> Refused | None:
        reason = asker.reason_not_meant(self.terms.targeting)
        return None if reason is None else not_eligible(reason)

    def _had_enough(self, now: datetime) -> Refused | None:
        limits = self.terms.limits(now)
        return limit_reached() if any(self.had.get(day, 0) >= most for day, most in limits.items()) else None

    def _none_left(self, now: datetime) -> Refused | None:
        return None if self.left(now) > 0 else self.sold_out(now)

    def sold_out(self, now: datetime) -> Refused:
        """With the next release, if the templates still have something for it."""
        following = self.terms.next_release(now)
        if following is not None and all(self._template_left(item) for item in self.terms.items):
            return sold_out(next_release_at=following.at.isoformat())
        return sold_out(next_release_at=None)


def known_for_claims(campaign: Campaign | None, shop: str | None) -> Campaign:
    """The campaign if customers of `shop` can claim from it at some time; raises unknown_campaign."""
    if campaign is None or campaign.terms.mode != CampaignMode.CLAIM or not campaign.visible_to(shop):
        raise unknown_campaign()
    return campaign
