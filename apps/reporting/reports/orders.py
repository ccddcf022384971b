"""The orders behind a number: each with what the offers took off it, adding up to the report's totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from apps.activities.events.members import CAMPAIGN
from apps.core.replica import reader
from apps.reporting.reports.experiment import in_group
from apps.reporting.reports.kept import KEPT_IT, tier_of
from apps.reporting.reports.numbers import Period
from apps.reporting.reports.subjects import PLACEMENT, SHOP, Subject, offers_of

# What an order must have to belong to a thing.
OF_OFFERS = "o.id IN (SELECT u.order_id FROM orders_orderuse u WHERE u.offer = ANY(%(offers)s))"
OF_SHOP = """EXISTS (SELECT FROM orders_ordersegment s JOIN catalog_sku k ON k.code = s.sku
    WHERE s.order_id = o.id AND k.shop_id = %(code)s)"""
OF_CAMPAIGN = """o.code IN (SELECT r.order_code FROM coupons_redemption r JOIN coupons_coupon c ON c.id = r.coupon_id
    WHERE c.origin = %(code)s AND r.state IN ('used', 'returned'))"""
# Of a placement all that its orders took off, as their customers may have seen several things there.
OF_PLACEMENT = """EXISTS (SELECT FROM reporting_led l WHERE l."order" = o.id AND l.placement = %(code)s
    AND (%(whole_market)s OR l.code = ANY(%(seen)s)))"""
BELONGS = {SHOP: OF_SHOP, CAMPAIGN: OF_CAMPAIGN, PLACEMENT: OF_PLACEMENT}
CONDITIONS = {
    "since": "o.paid_at >= %(since)s",
    "until": "o.paid_at < %(until)s",
    "day": "(o.paid_at AT TIME ZONE %(zone)s)::date = %(day)s",
    "channel": "coalesce(o.request ->> 'channel', '') = %(channel)s",
    "new": """EXISTS (SELECT FROM reporting_firstorder f WHERE f."order" = o.id AND f.new)""",
    "returned": "o.refunded_amount > 0",
    "whole": "o.state = 'refunded'",
    "bearer": """EXISTS (SELECT FROM orders_ledgerentry e WHERE e.order_id = o.id AND e.event = 'redeem'
        AND e.offer = ANY(%(offers)s) AND e.bearer = %(bearer)s AND e.what IN ('share', 'shipping'))""",
    "sku": "EXISTS (SELECT FROM orders_ordersegment s WHERE s.order_id = o.id AND s.sku = %(sku)s)",
    "customer": "o.customer_code = %(customer)s",
    "offer": "%(offer)s = ANY(%(offers)s)",
    "placement": """EXISTS (SELECT FROM reporting_led l WHERE l."order" = o.id AND l.code = ANY(%(seen)s)
        AND l.placement = %(placement)s)""",
}
ROWS = """
SELECT o.id, o.code, o.paid_at, o.customer_code, coalesce(o.request ->> 'channel', ''), o.state, o.list_amount,
    o.list_amount - o.discount_amount, o.refunded_amount, given.amount, given.back
FROM orders_order o CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount) FILTER (WHERE e.event = 'redeem'), 0)::bigint AS amount,
        coalesce(sum(e.amount) FILTER (WHERE e.event = 'refund'), 0)::bigint AS back
    FROM orders_ledgerentry e
    WHERE e.order_id = o.id AND e.what IN ('share', 'shipping') AND (%(every)s OR e.offer = ANY(%(offers)s))
        AND (%(bearer)s::text IS NULL OR e.bearer = %(bearer)s)
        AND NOT (e.event = 'refund' AND e.what = 'shipping')
) given
WHERE o.paid_at IS NOT NULL AND {conditions} AND o.id < %(before)s
ORDER BY o.id DESC LIMIT %(most)s
"""
TOTALS = """
SELECT count(*), coalesce(sum(x.goods), 0)::bigint, coalesce(sum(x.refunded), 0)::bigint,
    coalesce(sum(x.given), 0)::bigint, coalesce(sum(x.back), 0)::bigint,
    count(DISTINCT x.customer) FILTER (WHERE x.customer <> ''), count(*) FILTER (WHERE x.state = 'refunded')
FROM ({rows}) AS x (id, code, paid_at, customer, channel, state, listed, goods, refunded, given, back)
"""
FIRST = 2**62


@dataclass(frozen=True, slots=True)
class OrderRow:
    """`goods` was paid for goods, `discount` is what the offers in question took off; the rest is what came back."""

    id: int
    code: str
    paid_at: datetime
    customer: str
    channel: str
    state: str
    listed: int
    goods: int
    refunded: int
    discount: int
    discount_back: int


@dataclass(frozen=True, slots=True)
class OrderTotals:
    orders: int
    goods: int
    refunded: int
    discount: int
    discount_back: int
    customers: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of the orders; None or False: all."""

    since: datetime | None = None
    until: datetime | None = None
    day: date | None = None
    channel: str | None = None
    new: bool = False
    returned: bool = False
    whole: bool = False
    bearer: str | None = None
    sku: str | None = None
    customer: str | None = None
    offer: str | None = None
    placement: str | None = None
    #: of the holdout: "got" it or was "held" out; all that these people bought in its time, with or without it
    group: str | None = None
    #: those that kept a discount below its tier
    kept: bool = False

    @classmethod
    def within(cls, period: Period) -> Narrowed:
        """Those paid in these days."""
        return cls(since=period.since, until=period.until)

    @property
    def conditions(self) -> list[str]:
        return [text for name, text in CONDITIONS.items() if getattr(self, name) not in (None, False)]

    def names(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONDITIONS}


EVERY = Narrowed()


def orders_of(subject: Subject, narrowed: Narrowed, *, before: int = FIRST, most: int = 50) -> list[OrderRow]:
    """The newest first; `before` is the id of the last one seen."""
    statement, names = _statement(subject, narrowed, before, most)
    with reader().cursor() as cursor:
        cursor.execute(statement, names)
        return [OrderRow(*row) for row in cursor.fetchall()]


def all_orders(subject: Subject, narrowed: Narrowed, piece: int = 2_000) -> Iterator[OrderRow]:
    before = FIRST
    while rows := orders_of(subject, narrowed, before=before, most=piece):
        yield from rows
        before = rows[-1].id


def totals_of(subject: Subject, narrowed: Narrowed) -> OrderTotals:
    """Of all of them, whatever a page shows."""
    statement, names = _statement(subject, narrowed, FIRST, FIRST)
    with reader().cursor() as cursor:
        cursor.execute(TOTALS.format(rows=statement), names)
        row = cursor.fetchone()
    assert row is not None
    return OrderTotals(*row)


def _statement(subject: Subject, narrowed: Narrowed, before: int, most: int) -> tuple[str, dict[str, Any]]:
    belongs, names = belonging(subject, narrowed)
    statement = ROWS.format(conditions=" AND ".join([belongs, *narrowed.conditions]))
    return statement, {**names, "before": before, "most": most}


def belonging(subject: Subject, narrowed: Narrowed) -> tuple[str, dict[str, Any]]:
    """What an order `o` must be to belong to the thing, and the names that this and the narrowing ask for."""
    belongs = BELONGS.get(subject.document, OF_OFFERS)
    names = {
        **narrowed.names(),
        "offers": [one for one in offers_of(subject) if narrowed.offer in (None, one)],
        "seen": list(subject.seen),
        "every": subject.document in (SHOP, PLACEMENT),
        "whole_market": subject.whole_market,
        "code": subject.code,
        "zone": settings.TIME_ZONE,
    }
    if narrowed.kept:
        tier = tier_of(subject)
        belongs = KEPT_IT if tier else "false"
        names |= tier or {}
    if narrowed.group is not None:
        belongs, more = in_group(subject, held=narrowed.group == "held")
        names |= more
    return belongs, names
