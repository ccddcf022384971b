"""All offers that reach these goods on one line of time: when each runs, what it does then, what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.offers.admin.words import local_time
from apps.orders.price_changes import sessions
from apps.orders.simulator.pricing import Simulated
from apps.orders.simulator.waterfall import LAYERS, Waterfall
from apps.orders.stock import NO_LIMIT, Stock, stocks_of
from apps.pricing.kinds import KINDS
from apps.pricing.offer import Offer

SPANS = (1, 7, 30)
MOST_ROWS = 40
MOST_BARS = 60
MOST_TURNS = 8
MARKS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a stretch of time lies within the line, in percent."""

    left: str
    width: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One offer; `state` is used, refused, later or over, `reason` why it does not apply now."""

    offer: Offer
    kind: str
    layer: Promise | str
    state: str
    discount: int
    reason: str
    bars: tuple[Bar, ...]
    stock: Stock = NO_LIMIT
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """`[since, until)` with the moment that is priced and the present on it; `turns` are the next changes."""

    since: datetime
    until: datetime
    at: str
    now: str
    rows: list[Row]
    marks: list[tuple[str, str]]
    turns: list[tuple[datetime, str, str]]

    @property
    def more(self) -> bool:
        return len(self.rows) == MOST_ROWS


def timeline(found: Simulated, result: Waterfall, *, days: int, drafts: frozenset[str]) -> Timeline:
    """Two statements at most, for what is left of limited offers."""
    since, until = _stretch(found, days)
    offers = _offers(found, since)
    used = {entry["offer"]: entry["discount"] for entry in found.answer["offers"]}
    reasons = {entry["code"]: entry["reason"] for entry in result.refused}
    stocks = stocks_of([offer for offer in offers if not offer.is_coupon], found.live.usages, found.now)
    language = get_language() or "zh"
    rows = []
    for offer in offers:
        bars = tuple(_bars(offer, since, until))
        state = _state(offer, found.moment, used, reasons)
        if state == "over" and not bars:
            continue
        rows.append(
            Row(
                offer,
                KINDS[offer.kind.code].label(language),
                LAYERS.get(offer.layer.value, ""),
                state,
                used.get(offer.code, 0),
                str(reasons.get(offer.code, "")),
                bars,
                stocks.get(offer.code, NO_LIMIT),
                offer.code in drafts,
            )
        )
    order = {"used": 0, "refused": 1, "later": 2, "over": 3}
    rows.sort(key=lambda row: (order[row.state], row.offer.order))
    return Timeline(
        since,
        until,
        _percent(found.moment, since, until),
        _percent(found.now, since, until),
        rows[:MOST_ROWS],
        _marks(since, until),
        _turns(offers, found),
    )


def _stretch(found: Simulated, days: int) -> tuple[datetime, datetime]:
    """Both the moment and the present lie on it, with more to come than is behind."""
    first, last = sorted((found.moment, found.now))
    length = max(timedelta(days=days), (last - first) * 5 / 4)
    since = (first - length / 8).replace(minute=0, second=0, microsecond=0)
    return since, since + length


def _offers(found: Simulated, since: datetime) -> list[Offer]:
    """What reaches the goods today or then, and the coupons' offers that were looked at."""
    lines = found.cart.lines
    reached = {o.code: o for o, mask in found.live.offers.reaching(lines).items() if mask}
    if found.is_past:
        reached.update({o.code: o for o, mask in found.book.offers.reaching(lines).items() if mask})
    for entry in (*found.answer["offers"], *found.answer["not_applied"]):
        offer = found.book.offers.offers.get(entry["offer"])
        if offer is not None:
            reached.setdefault(offer.code, offer)
    return [offer for offer in reached.values() if offer.ends_at is None or offer.ends_at > since]


def _state(offer: Offer, moment: datetime, used: Mapping[str, int], reasons: Mapping[str, Any]) -> str:
    if offer.code in used:
        return "used"
    if offer.starts_at is not None and moment < offer.starts_at:
        return "later"
    if offer.ends_at is not None and moment >= offer.ends_at:
        return "over"
    return "refused" if offer.code in reasons else "later"


def _bars(offer: Offer, since: datetime, until: datetime) -> Iterator[Bar]:
    for starts, ends in islice(_runs(offer, since, until), MOST_BARS):
        shown, last = max(starts, since), min(ends, until)
        if shown < last:
            text = f"{local_time(starts)} – {local_time(ends, ends=True)}"
            width = 100 * ((last - shown) / (until - since))
            yield Bar(_percent(shown, since, until), f"{max(width, 0.4):.2f}", text)


def _runs(offer: Offer, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    starts, ends = offer.starts_at or since, offer.ends_at or until
    if offer.schedule is None:
        yield starts, ends
    else:
        yield from sessions(offer.schedule, starts, ends, since, until)


def _percent(moment: datetime, since: datetime, until: datetime) -> str:
    return f"{min(max(100 * ((moment - since) / (until - since)), 0), 100):.2f}"


def _marks(since: datetime, until: datetime) -> list[tuple[str, str]]:
    """(place, time) of some instants between, so that one can read the line."""
    moments = [since + (until - since) * i / MARKS for i in range(MARKS + 1)]
    part = slice(5, 10) if until - since > timedelta(days=3) else slice(11, 16)
    return [(_percent(moment, since, until), local_time(moment)[part]) for moment in moments]


def _turns(offers: list[Offer], found: Simulated) -> list[tuple[datetime, str, str]]:
    """The next instants at which something starts or ends: where looking is worth while."""
    horizon = found.moment + timedelta(days=60)
    turns: set[tuple[datetime, str, str]] = set()
    for offer in offers:
        for starts, ends in islice(_runs(offer, found.moment, horizon), 3):
            for at, word in ((starts, str(_("starts"))), (ends, str(_("ends")))):
                if found.moment < at < horizon:
                    turns.add((at, offer.name or offer.code, word))
    return sorted(turns)[:MOST_TURNS]
