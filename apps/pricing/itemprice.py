"""What one unit costs: the price on list and product pages, what is coming, and how long the answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.pricing.book import OfferBook
from apps.pricing.candidate import Candidate
from apps.pricing.cart import Cart
from apps.pricing.eligibility import rejection
from apps.pricing.item_layer import Pair, pairs_of
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer, Span
from apps.pricing.usage import UNUSED, Usage


@dataclass(slots=True)
class Upcoming:
    """An item offer that starts later; `price` None where its teaser hides it."""

    offer: Offer
    starts_at: datetime
    price: int | None


@dataclass(slots=True)
class ItemPrice:
    """One SKU for one customer at one instant, minor units. `units_left` None is unlimited; `badges` are all
    offers that reach it."""

    sku: str
    list_price: int
    price: int
    offer: Offer | None = None
    ends_at: datetime | None = None
    units_left: int | None = None
    badges: list[Offer] = field(default_factory=list)
    upcoming: Upcoming | None = None


@dataclass(slots=True)
class ItemPrices:
    """The answer for all lines, in order; `valid_until` is the next instant at which the clock alone may change it."""

    prices: list[ItemPrice]
    valid_until: datetime | None


def item_prices(
    cart: Cart,
    book: OfferBook,
    as_of: datetime,
    *,
    usages: Mapping[str, Usage] | None = None,
    day_ends_at: datetime | None = None,
) -> ItemPrices:
    """Price one unit of every line of a cart by itself with the best item offer that its customer can use.

    `day_ends_at` is when limits that count by the day begin anew.
    """
    usages = usages or {}
    prices = [ItemPrice(line.sku, line.unit_price, line.unit_price) for line in cart.lines]
    running: list[Candidate] = []
    coming: list[tuple[Candidate, datetime]] = []
    changes: list[datetime] = []
    for offer, lines in book.reaching(cart.lines).items():
        usage = usages.get(offer.code, UNUSED)
        lines = _without(offer, usage, cart, lines)
        if not lines:
            continue
        changes.extend(_instants(offer, as_of, day_ends_at))
        reason = rejection(offer, usage, cart, as_of)
        if reason is None:
            running.append(Candidate(offer, lines, usage))
        elif (starts := _starts_at(offer, reason[0], as_of)) and not rejection(offer, usage, cart, starts):
            coming.append((Candidate(offer, lines, usage), starts))
    running.sort(key=lambda c: c.offer.order)
    for candidate in running:
        for position, price in enumerate(prices):
            if candidate.lines >> position & 1:
                price.badges.append(candidate.offer)
    _fill_best(prices, running, cart, as_of)
    _fill_upcoming(prices, coming, cart, as_of)
    return ItemPrices(prices, min(changes, default=None))


def _fill_best(prices: list[ItemPrice], running: list[Candidate], cart: Cart, as_of: datetime) -> None:
    """Pairs come best first: the first that still has a unit for this customer sets the price."""
    for pair in pairs_of([c for c in running if c.offer.layer is Layer.ITEM], cart.lines):
        price = prices[pair.line]
        if price.offer is not None:
            continue
        left = units_left(pair, price.sku)
        if left == 0:
            continue
        price.offer = pair.candidate.offer
        price.price = price.list_price - pair.reduction
        price.units_left = left
        price.ends_at = _ends_at(pair.candidate.offer, as_of)


def _fill_upcoming(
    prices: list[ItemPrice], coming: list[tuple[Candidate, datetime]], cart: Cart, as_of: datetime
) -> None:
    """The item offer that starts first and makes the SKU cheaper than its list price."""
    starts = {c.offer.code: at for c, at in coming}
    pairs = pairs_of([c for c, _ in coming if c.offer.layer is Layer.ITEM], cart.lines)
    pairs.sort(key=lambda pair: (starts[pair.candidate.offer.code], pair.sort_key))
    for pair in pairs:
        price = prices[pair.line]
        if price.upcoming is None:
            offer = pair.candidate.offer
            shown = None if _is_secret(offer, as_of) else price.list_price - pair.reduction
            price.upcoming = Upcoming(offer, starts[offer.code], shown)


def _is_secret(offer: Offer, as_of: datetime) -> bool:
    """A hidden teaser tells its price from its first start on, between its sessions too."""
    coming = offer.starts_at is not None and as_of < offer.starts_at
    return coming and offer.display.get("teaser") == "hidden"


def units_left(pair: Pair, sku: str) -> int | None:
    """Units this customer can still get at the offer's price: the least of stock, SKU stock, limits and
    budget; None: no bound."""
    candidate = pair.candidate
    limits, usage = candidate.offer.limits, candidate.usage
    bounds = [
        candidate.stock_left(),
        candidate.sku_stock_left(sku),
        limits.per_order_units,
        _left(limits.per_customer_units, usage.customer_units),
        _left(limits.per_customer_sku_units, usage.customer_sku_units.get(sku, 0)),
        _left(limits.per_customer_per_day_units, usage.today_units),
        None if candidate.budget_left is None else candidate.budget_left // pair.reduction,
    ]
    return min((bound for bound in bounds if bound is not None), default=None)


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(limit - used, 0)


def _without(offer: Offer, usage: Usage, cart: Cart, lines: int) -> int:
    """The lines without SKUs that are excluded from activities or stopped in this one."""
    for position, line in enumerate(cart.lines):
        if lines >> position & 1:
            excluded = line.facts is not None and "activities" in line.facts.excluded_from
            if excluded or line.sku in usage.stopped_skus:
                lines &= ~(1 << position)
    return lines


def _starts_at(offer: Offer, reason: str, as_of: datetime) -> datetime | None:
    """When an offer that is not running yet will be, where customers may already see it as coming."""
    if reason == "not_started":
        shown = offer.visible_from is not None and offer.visible_from <= as_of
        if not shown or offer.starts_at is None:
            return None
        if offer.schedule is None or offer.schedule.covers(offer.starts_at):
            return offer.starts_at
        return _before_end(offer, offer.schedule.next_start(offer.starts_at))
    if reason == "not_in_session" and offer.schedule is not None:
        return _before_end(offer, offer.schedule.next_start(as_of))
    return None


def _before_end(offer: Offer, moment: datetime | None) -> datetime | None:
    return moment if moment is not None and (offer.ends_at is None or moment < offer.ends_at) else None


def _ends_at(offer: Offer, as_of: datetime) -> datetime | None:
    """The end of the session or of the offer, whichever comes first."""
    session = offer.schedule.session_at(as_of) if offer.schedule is not None else None
    ends = [moment for moment in (offer.ends_at, session[1] if session else None) if moment is not None]
    return min(ends, default=None)


def _instants(offer: Offer, as_of: datetime, day_ends_at: datetime | None) -> list[datetime]:
    """Every instant after `as_of` at which the clock changes what this offer does."""
    moments = [offer.visible_from, offer.starts_at, offer.ends_at]
    if offer.schedule is not None:
        session = offer.schedule.session_at(as_of)
        moments += [session[1] if session else None, offer.schedule.next_start(as_of)]
    daily = offer.limits.per is Span.DAY or offer.stock.per is Span.DAY
    if (
        daily
        or offer.limits.per_customer_per_day_units is not None
        or offer.limits.per_customer_per_day_orders
    ):
        moments.append(day_ends_at)
    return [moment for moment in moments if moment is not None and moment > as_of]
