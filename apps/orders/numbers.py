"""What is taken of the offers that reach a cart, and by this customer: one statement, none where nothing counts."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import orjson

from apps.core.prepared import fetch_prepared
from apps.coupons.parts import PLENTY
from apps.coupons.terms import TEMPLATES, Template, read_templates
from apps.orders.counted import counts, templates_rewarded
from apps.orders.models import Measure
from apps.orders.spans import Spans, day_key, spans_of
from apps.pricing.cart import CartLine
from apps.pricing.offer import Offer
from apps.pricing.usage import UNUSED, Usage

COUNTERS = """(
    SELECT json_agg(json_build_array(c.offer, c.measure, c.sku, c.span, c.id, c.bucket, c.total, c.held, c.used)
        ORDER BY c.bucket)::text
    FROM orders_counter c
    WHERE c.offer = ANY(%(offers)s) AND c.measure = ANY(%(measures)s)
        AND c.sku = ANY(%(skus)s) AND c.span = ANY(%(spans)s)
)"""
CUSTOMER_USES = """(
    SELECT json_agg(json_build_array(u.offer, u.sku, u.span, u.units, u.orders))::text
    FROM orders_customeruse u
    WHERE u.customer = %(customer)s AND u.offer = ANY(%(offers)s)
        AND u.sku = ANY(%(skus)s) AND u.span = ANY(%(spans)s)
)"""
STATEMENT = f"SELECT {COUNTERS}, {CUSTOMER_USES}"
WITH_TEMPLATES = f"{STATEMENT}, {TEMPLATES.format(codes='%(templates)s')}"
MEASURES = [measure.value for measure in Measure]


class CounterKey(NamedTuple):
    """One counter, whatever the number of its buckets."""

    offer: str
    measure: str
    sku: str
    span: str


class Bucket(NamedTuple):
    id: int
    number: int
    total: int
    held: int
    used: int

    @property
    def left(self) -> int:
        return self.total - self.held - self.used


class Had(NamedTuple):
    """Units and orders that a customer has had."""

    units: int
    orders: int


NOTHING_HAD = Had(0, 0)
UseKey = tuple[str, str, str]  # offer, SKU or "", span


@dataclass(slots=True)
class Numbers:
    """The rows read, and the spans they were read for; `templates` are those whose coupons may be rewards."""

    spans: dict[str, Spans] = field(default_factory=dict)
    buckets: dict[CounterKey, list[Bucket]] = field(default_factory=dict)
    had: dict[UseKey, Had] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    coupons_left: dict[str, int] = field(default_factory=dict)

    def held(self, key: CounterKey) -> int:
        return sum(bucket.held for bucket in self.buckets.get(key, ()))

    def taken(self, key: CounterKey) -> int:
        """Held and used together."""
        return sum(bucket.held + bucket.used for bucket in self.buckets.get(key, ()))


def gift_skus(offer: Offer) -> set[str]:
    if not offer.may_reward:
        return set()
    tiers = getattr(offer.kind, "tiers", ())
    return {gift.sku for tier in tiers for gift in tier.rewards.gifts}


def counted_offers(reaching: Iterable[Offer], usages: Mapping[str, Usage], as_of: datetime) -> list[Offer]:
    """Those whose numbers matter: counted, not held back as a whole, and not over or still to come."""
    return [
        offer
        for offer in reaching
        if counts(offer, usage := usages.get(offer.code, UNUSED))
        and not usage.blocked
        and _runs(offer, as_of)
    ]


def _runs(offer: Offer, as_of: datetime) -> bool:
    started = offer.starts_at is None or offer.starts_at <= as_of
    return started and (offer.ends_at is None or as_of < offer.ends_at)


def read_numbers(
    offers: list[Offer],
    lines: Iterable[CartLine],
    customer: str | None,
    now: datetime,
    templates: Iterable[str] = (),
) -> Numbers:
    """The counters of these offers for these lines and gifts, the customer's uses, the templates of the coupons that
    they reward and these `templates`; no statement for no offers."""
    numbers = Numbers()
    if not offers:
        return numbers
    day = day_key(now)
    skus = {"", *(line.sku for line in lines)}
    rewarded: set[str] = set()
    wanted = set(templates)
    for offer in offers:
        numbers.spans[offer.code] = spans_of(offer, now, day)
        skus |= gift_skus(offer)
        rewarded |= templates_rewarded(offer)
    names = {
        "offers": [offer.code for offer in offers],
        "measures": MEASURES,
        "skus": list(skus),
        "spans": list({key for spans in numbers.spans.values() for key in ("", *spans)}),
        "customer": customer,
    }
    if rewarded or wanted:
        names["templates"] = sorted(rewarded | wanted)
        counters, uses, read = fetch_prepared(WITH_TEMPLATES, names)
        numbers.templates = read_templates(read)
        numbers.coupons_left = left_of_templates(rewarded, numbers.templates, now)
    else:
        counters, uses = fetch_prepared(STATEMENT, names)
    for offer_code, measure, sku, span, *bucket in orjson.loads(counters) if counters else ():
        key = CounterKey(offer_code, measure, sku, span)
        numbers.buckets.setdefault(key, []).append(Bucket(*bucket))
    for offer_code, sku, span, units, orders in orjson.loads(uses) if uses else ():
        numbers.had[offer_code, sku, span] = Had(units, orders)
    return numbers


def left_of_templates(
    rewarded: Iterable[str], templates: Mapping[str, Template], now: datetime
) -> dict[str, int]:
    """How many coupons of each can be given at most; unlimited ones are not named, those that give none have 0."""
    left: dict[str, int] = {}
    for code in rewarded:
        template = templates.get(code)
        if template is None or not template.gives(now):
            left[code] = 0
        elif template.terms.budget.limited:
            left[code] = _left_of(template)
    return left


def _left_of(template: Template) -> int:
    budget, reserve = template.terms.budget, template.reserve
    rooms = []
    if budget.quantity is not None:
        rooms.append(budget.quantity - sum(part.issued for part in template.parts))
    if budget.amount is not None and reserve:
        rooms.append((budget.amount - sum(part.taken_amount for part in template.parts)) // reserve)
    return max(min(rooms, default=PLENTY), 0)


def usages_with(
    base: Mapping[str, Usage], offers: Iterable[Offer], lines: Iterable[CartLine], numbers: Numbers
) -> Mapping[str, Usage]:
    """The book's usages with what is taken put in."""
    offers = list(offers)
    if not offers:
        return base
    skus = list({line.sku for line in lines})
    merged = {
        offer.code: _with_numbers(offer, base.get(offer.code, UNUSED), skus, numbers) for offer in offers
    }
    return ChainMap(merged, base)  # type: ignore[arg-type]  # only ever read


def _with_numbers(offer: Offer, usage: Usage, skus: list[str], numbers: Numbers) -> Usage:
    code, spans = offer.code, numbers.spans[offer.code]
    stock = CounterKey(code, Measure.UNITS, "", spans.stock)
    of_limits = numbers.had.get((code, "", spans.limits), NOTHING_HAD)
    today = numbers.had.get((code, "", spans.day), NOTHING_HAD)
    named = {*skus, *gift_skus(offer)} if offer.stock.per_sku or usage.stock_per_sku else ()
    sold = {sku: numbers.taken(CounterKey(code, Measure.UNITS, sku, spans.stock)) for sku in named}
    had = {sku: numbers.had.get((code, sku, spans.limits), NOTHING_HAD).units for sku in skus}
    return replace(
        usage,
        sold_units=numbers.taken(stock),
        held_units=numbers.held(stock) or sum(_held_of(offer, sku, spans, numbers) for sku in named),
        sold_by_sku={sku: units for sku, units in sold.items() if units},
        spent_amount=numbers.taken(CounterKey(code, Measure.BUDGET, "", "")),
        total_orders=numbers.taken(CounterKey(code, Measure.ORDERS, "", spans.limits)),
        customer_units=of_limits.units,
        customer_orders=of_limits.orders,
        customer_sku_units={sku: units for sku, units in had.items() if units},
        today_units=today.units,
        today_orders=today.orders,
        coupons_left=numbers.coupons_left,
    )


def _held_of(offer: Offer, sku: str, spans: Spans, numbers: Numbers) -> int:
    return numbers.held(CounterKey(offer.code, Measure.UNITS, sku, spans.stock))
