"""The report of one placement: what it showed, the orders it led to, what it cost, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings

from apps.accounts.models import User
from apps.catalog.selectors import portal
from apps.core.replica import reader
from apps.reporting.reports.numbers import Numbers, Period
from apps.reporting.reports.orders import Narrowed, belonging
from apps.reporting.reports.placement_cost import costs
from apps.reporting.reports.report import Return
from apps.reporting.reports.shown import Shown, shown_in
from apps.reporting.reports.subjects import Subject

# Of each order what remains of it: money and units that came back are taken off, whatever day they came.
SOLD = """
SELECT (o.paid_at AT TIME ZONE %(zone)s)::date, count(*),
    sum(o.list_amount - o.discount_amount - o.refunded_amount)::bigint, sum(goods.units)::bigint,
    sum(given.amount)::bigint, sum(goods.margin)::bigint,
    count(*) FILTER (WHERE EXISTS (SELECT FROM reporting_firstorder f WHERE f."order" = o.id AND f.new))
FROM orders_order o CROSS JOIN LATERAL (
    SELECT coalesce(sum(s.units - s.returned), 0)::bigint AS units,
        coalesce(sum((s.units - s.returned) * (s.list_price_amount - k.cost_amount)), 0)::bigint AS margin
    FROM orders_ordersegment s LEFT JOIN catalog_sku k ON k.code = s.sku WHERE s.order_id = o.id
) goods CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE e.event WHEN 'redeem' THEN e.amount ELSE -e.amount END), 0)::bigint AS amount
    FROM orders_ledgerentry e WHERE e.order_id = o.id
        AND (e.event = 'redeem' AND e.what IN ('share', 'shipping') OR e.event = 'refund' AND e.what = 'share')
) given
WHERE o.paid_at IS NOT NULL AND {conditions} GROUP BY 1 ORDER BY 1
"""
SEEN = """
SELECT (hour AT TIME ZONE %(zone)s)::date, sum(exposures)::bigint, sum(clicks)::bigint FROM reporting_seen
WHERE placement = %(code)s AND hour >= %(since)s AND hour < %(until)s AND (%(whole_market)s OR code = ANY(%(seen)s))
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class PlacementDay:
    """`margin` is at list price, without goods of unknown cost; `discount` is all that these orders took off."""

    day: date | None = None
    exposures: int = 0
    clicks: int = 0
    orders: int = 0
    gmv: int = 0
    units: int = 0
    discount: int = 0
    margin: int = 0
    new: int = 0

    @property
    def rate_bps(self) -> int | None:
        return round(10_000 * self.clicks / self.exposures) if self.exposures else None


class PlacementReport:
    """Over some days; parts are asked for once."""

    def __init__(self, subject: Subject, user: User, period: Period) -> None:
        self.subject, self.user, self.period = subject, user, period
        self.currency = portal().currency

    @cached_property
    def days(self) -> list[PlacementDay]:
        """The oldest first; days without anything are left out."""
        belongs, names = belonging(self.subject, Narrowed.within(self.period))
        conditions = " AND ".join([belongs, *Narrowed.within(self.period).conditions])
        with reader().cursor() as cursor:
            cursor.execute(SOLD.format(conditions=conditions), {**names, "zone": settings.TIME_ZONE})
            sold = {day: rest for day, *rest in cursor.fetchall()}
            cursor.execute(SEEN, names)
            seen = {day: rest for day, *rest in cursor.fetchall()}
        nothing = [0] * 6
        return [
            PlacementDay(day, *seen.get(day, (0, 0)), *sold.get(day, nothing))
            for day in sorted(seen.keys() | sold.keys())
        ]

    @cached_property
    def whole(self) -> PlacementDay:
        names = ("exposures", "clicks", "orders", "gmv", "units", "discount", "margin", "new")
        return PlacementDay(None, *(sum(getattr(day, name) for day in self.days) for name in names))

    @property
    def trade(self) -> list[tuple[date, Numbers]]:
        """For the chart."""
        return [(one.day, Numbers(orders=one.orders, gmv_amount=one.gmv)) for one in self.days if one.day]

    @cached_property
    def things(self) -> list[Shown]:
        return shown_in(self.user, self.period, placement=self.subject.code)

    @property
    def rate_a_day(self) -> int | None:
        amount: int | None = self.subject.thing.cost_per_day_amount
        return amount

    @cached_property
    def cost_of(self) -> dict[str, tuple[int, int]]:
        """By the code of what was shown: (days, its part of the cost)."""
        codes = None if self.subject.whole_market else self.subject.seen
        return costs([self.subject.code], self.period, codes).get(self.subject.code, {})

    @property
    def days_shown(self) -> int:
        return sum(1 for day in self.days if day.exposures)

    @property
    def cost(self) -> int | None:
        """None: nobody has said what a day costs."""
        if self.rate_a_day is None:
            return None
        return sum(amount for _days, amount in self.cost_of.values())

    @property
    def cost_per_order(self) -> int | None:
        return round(self.cost / self.whole.orders) if self.cost is not None and self.whole.orders else None

    @property
    def cost_per_new(self) -> int | None:
        return round(self.cost / self.whole.new) if self.cost is not None and self.whole.new else None

    @property
    def investment(self) -> Return | None:
        """As if every order it led to came because of it: the best that can be said of a place."""
        if self.cost is None or not self.whole.orders:
            return None
        return Return(self.whole.margin, self.whole.discount + self.cost)
