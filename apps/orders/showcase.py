"""What a storefront may show now: one activity, or all that are placed somewhere, live or announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from apps.orders.stock import NO_LIMIT, Stock, stocks_of
from apps.pricing.cart import Cart
from apps.pricing.eligibility import rejection
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED, Usage

Place = tuple[int, str]  # where something stands in a list: its `sort`, then its code
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
    """An activity to be shown: its approved document, how it stands, what is left of it, the instant of looking."""

    content: Mapping[str, Any]
    usage: Usage
    now: datetime
    stock: Stock = NO_LIMIT

    @property
    def coming(self) -> bool:
        return self.now < datetime.fromisoformat(self.content["starts_at"])


def activity_shown(code: str, *, shop: str | None) -> Shown | None:
    """One approved or live activity; None for any other, and for one of another shop than the caller's."""
    inputs = gather(customer=None, skus=(), shop=shop)
    found = _contents([code], KEEPER.at_least(inputs.version), shop)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Showcase:
    """What one visitor may be shown, at one look at the database."""

    visitor: Visitor
    inputs: Inputs
    book: LiveBook

    @property
    def now(self) -> datetime:
        return self.inputs.now

    def cart(self, audiences: Iterable[str] = ()) -> Cart:
        """The visitor as an empty cart, with those audiences that offers are for, and with these."""
        visitor = self.visitor
        targeted = {**self.book.targeted, **dict.fromkeys(audiences, 1)}
        return Cart(
            currency=self.inputs.currency,
            lines=(),
            customer=customer_named(visitor.customer, visitor.region, self.inputs, targeted),
            channel=visitor.channel,
            terminal=visitor.terminal,
            region=visitor.region,
        )


def showcase_for(visitor: Visitor) -> Showcase:
    inputs = gather(customer=visitor.customer, skus=(), shop=visitor.shop)
    return Showcase(visitor, inputs, KEEPER.at_least(inputs.version))


def activities_placed(showcase: Showcase, place: str, *, after: Place, limit: int) -> list[Shown]:
    """Activities placed there that are live or announced to this visitor, in their order, at most `limit` of them."""
    book, shop = showcase.book, showcase.visitor.shop
    cart = showcase.cart()
    chosen = sorted(
        (sort_key(offer.display, offer.code), offer.code)
        for offer in (book.offers.offers[code] for code in book.placed.get(place, ()))
        if _is_shown(offer, book, cart, showcase.now, shop)
    )
    codes = [code for key, code in chosen if key > after][:limit]
    by_code = {shown.content["code"]: shown for shown in _contents(codes, book, shop)}
    return [by_code[code] for code in codes if code in by_code]


def sort_key(display: Mapping[str, Any], code: str) -> Place:
    return display.get("sort") or 0, code


def _is_shown(offer: Offer, book: LiveBook, cart: Cart, now: datetime, shop: str | None) -> bool:
    if book.usages.get(offer.code, UNUSED).blocked or (shop and offer.shop not in (None, shop)):
        return False
    starts, ends = offer.starts_at, offer.ends_at
    if starts is None or ends is None or now >= ends:
        return False
    if now < starts and (offer.visible_from is None or now < offer.visible_from):
        return False
    return is_for(offer, cart, _moment_inside(offer, max(now, starts)))


def is_for(offer: Offer, cart: Cart, moment: datetime) -> bool:
    """Whether the visitor is among those whom the offer is for; other refusals don't hide it."""
    refused = rejection(offer, UNUSED, cart, moment)
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
        rows = [row for row in cursor.fetchall() if shop is None or row[1] in ("", shop)]
    if not rows:
        return []
    offers = [book.offers.offers[code] for code, *_ in rows if code in book.offers.offers]
    stocks = stocks_of(offers, book.usages, rows[0][3])
    return [
        Shown(orjson.loads(content), book.usages.get(code, UNUSED), now, stocks.get(code, NO_LIMIT))
        for code, _shop, content, now in rows
    ]
