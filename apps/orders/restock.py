"""What goes back to an activity that is still live and wants it: stock, limits and budget of what was refunded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from apps.activities.lifecycle import State
from apps.activities.models import Activity
from apps.activities.selectors import status_by_clock
from apps.core.clock import database_now
from apps.orders.models import Measure, Order, OrderUse

DRAWS = """
SELECT draw.id, draw.counter_id, counter.offer, counter.measure, counter.sku, draw.amount - draw.back
FROM orders_draw draw JOIN orders_counter counter ON counter.id = draw.counter_id
WHERE draw.order_id = %s AND counter.offer = ANY(%s) ORDER BY draw.counter_id
"""
LIMITS = """
SELECT draw.id, draw.use_id, had.offer, had.sku, draw.units - draw.units_back, draw.orders - draw.orders_back
FROM orders_customerdraw draw JOIN orders_customeruse had ON had.id = draw.use_id
WHERE draw.order_id = %s AND had.offer = ANY(%s) ORDER BY had.customer, had.offer, had.sku, had.span
"""
GIVE_LIMITS = """
WITH back AS (SELECT * FROM unnest(%(draws)s::bigint[], %(uses)s::bigint[], %(units)s::bigint[], %(orders)s::bigint[])
        AS b(draw, use, units, orders)),
    locked AS MATERIALIZED (SELECT id FROM orders_customeruse WHERE id = ANY(%(uses)s)
        ORDER BY customer, offer, sku, span FOR NO KEY UPDATE),
    drawn AS (UPDATE orders_customerdraw d
        SET units_back = d.units_back + b.units, orders_back = d.orders_back + b.orders FROM back b WHERE d.id = b.draw)
UPDATE orders_customeruse had SET units = had.units - b.units, orders = had.orders - b.orders
FROM back b JOIN locked ON locked.id = b.use WHERE had.id = b.use
"""
GIVE_COUNTERS = """
WITH back AS (SELECT * FROM unnest(%(draws)s::bigint[], %(counters)s::bigint[], %(amounts)s::bigint[])
        AS b(draw, counter, amount)),
    locked AS MATERIALIZED (SELECT id FROM orders_counter WHERE id = ANY(%(counters)s) ORDER BY id FOR NO KEY UPDATE),
    drawn AS (UPDATE orders_draw d SET back = d.back + b.amount FROM back b WHERE d.id = b.draw)
UPDATE orders_counter counter SET used = counter.used - b.amount
FROM back b JOIN locked ON locked.id = b.counter WHERE counter.id = b.counter
"""


@dataclass(slots=True)
class Back:
    """What of one offer is given back: units by SKU, gifts by SKU, discount, and its whole use of the order."""

    units: dict[str, int] = field(default_factory=dict)
    gifts: dict[str, int] = field(default_factory=dict)
    discount: int = 0
    whole: bool = False

    def wanted(self, measure: str, sku: str) -> int:
        """How much of one counter goes back."""
        if measure == Measure.BUDGET:
            return self.discount
        if measure == Measure.ORDERS:
            return int(self.whole)
        if sku:
            return self.units.get(sku, 0) + self.gifts.get(sku, 0)
        return sum(self.units.values())


def restocking(uses: Iterable[OrderUse]) -> frozenset[str]:
    """The offers whose activity takes refunded units back, now. It cannot end before this transaction does.

    Else the payment that takes the last unit could end it while a unit is on its way back. Whoever ends one never
    waits for this lock, so it may come before those of the counters.
    """
    wanting = [use.offer for use in uses if use.terms.get("restock")]
    if not wanting:
        return frozenset()
    live = Activity.objects.filter(code__in=wanting).order_by("code")
    rows = list(live.select_for_update(of=("self",), no_key=True))
    now = database_now()
    return frozenset(row.code for row in rows if status_by_clock(row, now) is State.LIVE)


def give_limits(order: Order, back: Mapping[str, Back]) -> None:
    """Return these to the customer's limits, never more than the order drew."""
    offers = sorted(back)
    if not offers:
        return
    rows = []
    with connection.cursor() as cursor:
        cursor.execute(LIMITS, [order.pk, offers])
        for draw, use, offer, sku, units, orders in cursor.fetchall():
            of = back[offer]
            wanted = of.units.get(sku, 0) if sku else sum(of.units.values())
            row = (draw, use, min(units, wanted), orders if of.whole else 0)
            if row[2] or row[3]:
                rows.append(row)
        if rows:
            names = ("draws", "uses", "units", "orders")
            columns = map(list, zip(*rows, strict=True))
            cursor.execute(GIVE_LIMITS, dict(zip(names, columns, strict=True)))


def give_counters(order: Order, back: Mapping[str, Back]) -> None:
    """Return these to the counters, which are locked last of all."""
    offers = sorted(back)
    if not offers:
        return
    rows = []
    left: dict[tuple[str, str, str], int] = {}
    with connection.cursor() as cursor:
        cursor.execute(DRAWS, [order.pk, offers])
        for draw, counter, offer, measure, sku, amount in cursor.fetchall():
            key = (offer, measure, sku)
            part = min(amount, left.setdefault(key, back[offer].wanted(measure, sku)))
            if part:
                left[key] -= part
                rows.append((draw, counter, part))
        if rows:
            names = ("draws", "counters", "amounts")
            columns = map(list, zip(*rows, strict=True))
            cursor.execute(GIVE_COUNTERS, dict(zip(names, columns, strict=True)))
