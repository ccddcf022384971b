"""What a storefront may show now: one activity, or all that are placed somewhere, live or announced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from apps.activities.lifecycle import State
from apps.core.clock import now_sql
from apps.orders.book import KEEPER, LiveBook
from apps.orders.customers import customer_named
from apps.orders.inputs import Inputs, gather
from apps.pricing.cart import Cart
from apps.pricing.eligibility import rejection
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED, Usage

SHOWN = (State.APPROVED.value, State.LIVE.value)
# Refusals that are about the visitor. Others (not yet, used up, no customer named) don't hide an offer.
NOT_FOR_THEM = frozenset(
    {"channel", "terminal", "region", "member_level", "new_customers_only", "audience", "holdout"}
)
CONTENTS = """
SELECT activity.code, activity.shop_code, version.content::text, {now}
FROM activities_activity activity JOIN activities_activityversion version ON version.id = activity.current_id
WHERE activity.code = ANY(%s) AND activity.status = ANY(%s) AND activity.ends_at > {now}
"""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks, and from where; all that is known of them may be nothing."""

    customer: str | None = None
    channel: str | None = None
    terminal: str | None = None
    region: str | None = None
    shop: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An activity to be shown: its approved document, how it stands, and the instant of looking."""

    content: Mapping[str, Any]
    usage: Usage
    now: datetime

    @property
    def coming(self) -> bool:
        return self.now < datetime.fromisoformat(self.content["starts_at"])


def activity_shown(code: str, *, shop: str | None) -> Shown | None:
    """One approved or live activity; None for any other, and for one of another shop than the caller's."""
    inputs = gather(customer=None, skus=(), shop=shop)
    found = _contents([code], KEEPER.at_least(inputs.version), shop)
    return found[0] if found else None


def placed(place: str, visitor: Visitor, *, after: tuple[int, str], limit: int) -> list[Shown]:
    """Activities placed there that are live or announced to this visitor, in their order, at most `limit` of them."""
    inputs = gather(customer=visitor.customer, skus=(), shop=visitor.shop)
    book = KEEPER.at_least(inputs.version)
    cart = _empty_cart(visitor, inputs, book)
    chosen = sorted(
        (sort_key(offer.display, offer.code), offer.code)
        for offer in (book.offers.offers[code] for code in book.placed.get(place, ()))
        if _is_shown(offer, book, cart, inputs.now, visitor.shop)
    )
    codes = [code for key, code in chosen if key > after][:limit]
    by_code = {shown.content["code"]: shown for shown in _contents(codes, book, visitor.shop)}
    return [by_code[code] for code in codes if code in by_code]


def sort_key(display: Mapping[str, Any], code: str) -> tuple[int, str]:
    return display.get("sort") or 0, code


def _empty_cart(visitor: Visitor, inputs: Inputs, book: LiveBook) -> Cart:
    return Cart(
        currency=inputs.currency,
        lines=(),
        customer=customer_named(visitor.customer, visitor.region, inputs, book.targeted),
        channel=visitor.channel,
        terminal=visitor.terminal,
        region=visitor.region,
    )


def _is_shown(offer: Offer, book: LiveBook, cart: Cart, now: datetime, shop: str | None) -> bool:
    if book.usages.get(offer.code, UNUSED).blocked or (shop and offer.shop not in (None, shop)):
        return False
    starts, ends = offer.starts_at, offer.ends_at
    if starts is None or ends is None or now >= ends:
        return False
    if now < starts and (offer.visible_from is None or now < offer.visible_from):
        return False
    refused = rejection(offer, UNUSED, cart, _moment_inside(offer, max(now, starts)))
    return refused is None or refused[0] not in NOT_FOR_THEM


def _moment_inside(offer: Offer, moment: datetime) -> datetime:
    """An instant at which the offer may apply: between two sessions it is still shown."""
    if offer.schedule is None or offer.schedule.covers(moment):
        return moment
    return offer.schedule.next_start(moment) or moment


def _contents(codes: list[str], book: LiveBook, shop: str | None) -> list[Shown]:
    now, parameters = now_sql()
    statement = CONTENTS.format(now=now)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, codes, list(SHOWN), *parameters])
        return [
            Shown(orjson.loads(content), book.usages.get(code, UNUSED), moment)
            for code, of_shop, content, moment in cursor.fetchall()
            if shop is None or of_shop in ("", shop)
        ]
