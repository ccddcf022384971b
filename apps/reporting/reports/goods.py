"""The sales and refunds behind units, money and margin of goods: each counts in the days in which it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.replica import reader
from apps.reporting.reports.numbers import ALWAYS, Period
from apps.reporting.reports.subjects import SHOP, Subject, offers_of

# Pieces that were sold, and pieces that came back; money paid back without units lies on the first piece of its line.
PIECES = """
WITH sold AS (
    SELECT o.id, o.code, '' AS refund, o.paid_at AS at, s.id AS piece, s.units::bigint AS units,
        s.units::bigint * s.list_price_amount AS listed,
        s.units::bigint * (s.list_price_amount - s.item_reduction_amount)
            - coalesce((SELECT sum((one ->> 1)::bigint) FROM jsonb_array_elements(s.shares) one), 0)::bigint AS net
    FROM orders_order o JOIN orders_ordersegment s ON s.order_id = o.id
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s AND {orders} AND {channel}
), back AS (
    SELECT o.id, o.code, r.code, r.created_at, found.piece, -found.units, -found.units * found.price, -found.amount
    FROM orders_refund r JOIN orders_order o ON o.id = r.order_id CROSS JOIN LATERAL (
        SELECT s.id AS piece, (one ->> 'units')::bigint AS units, s.list_price_amount AS price,
            (one ->> 'amount')::bigint AS amount
        FROM jsonb_array_elements(r.answer -> 'lines') one JOIN orders_ordersegment s
            ON s.order_id = o.id AND s.line = one ->> 'line' AND s.number = (one ->> 'segment')::int
        UNION ALL
        SELECT (SELECT s.id FROM orders_ordersegment s WHERE s.order_id = o.id AND s.line = one ->> 'line'
            ORDER BY s.number LIMIT 1), 0, 0, (one ->> 'amount')::bigint
        FROM jsonb_array_elements(r.answer -> 'adjustments') one
    ) found
    WHERE r.created_at >= %(since)s AND r.created_at < %(until)s AND {orders} AND {channel}
), moves AS (
    SELECT m.id, m.code, m.refund, m.at, sum(m.units)::bigint AS units, sum(m.listed)::bigint AS listed,
        sum(m.net)::bigint AS net,
        coalesce(sum(m.net - m.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint AS margin,
        coalesce(sum(m.listed - m.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint AS whole
    FROM (SELECT * FROM sold UNION ALL SELECT * FROM back) m JOIN orders_ordersegment s ON s.id = m.piece
    LEFT JOIN catalog_sku k ON k.code = s.sku {goods} AND (%(sku)s::text IS NULL OR s.sku = %(sku)s)
    GROUP BY m.id, m.code, m.refund, m.at
)
"""
USING_IT = "o.id IN (SELECT u.order_id FROM orders_orderuse u WHERE u.offer = ANY(%(offers)s))"
# Goods touched by two of several offers count for each, as they do in the sums.
TOUCHED = """CROSS JOIN LATERAL (
    SELECT touching.offer FROM (
        SELECT s.item_offer AS offer UNION SELECT one ->> 0 FROM jsonb_array_elements(s.shares) one
    ) touching WHERE touching.offer = ANY(%(offers)s)
) touching WHERE true"""
SAME_GOODS = "WHERE s.sku IN (SELECT g.sku FROM reporting_goods g WHERE g.offer = ANY(%(offers)s))"
OF_CHANNEL = "coalesce(o.request ->> 'channel', '') = %(channel)s"
OF_SHOP = "WHERE k.shop_id = %(code)s"
ROWS = "SELECT * FROM moves ORDER BY at DESC, id DESC, refund DESC OFFSET %(skip)s LIMIT %(most)s"
TOTALS = """
SELECT count(*) FILTER (WHERE refund = ''), count(*) FILTER (WHERE refund <> ''), coalesce(sum(units), 0)::bigint,
    coalesce(sum(listed), 0)::bigint, coalesce(sum(net), 0)::bigint, coalesce(sum(margin), 0)::bigint,
    coalesce(sum(whole), 0)::bigint
FROM moves
"""


@dataclass(frozen=True, slots=True)
class Move:
    """What one order took, or (with a negative sign) one refund brought back. `margin` is at the prices paid, `whole`
    at list price; both without goods of unknown cost."""

    id: int
    order: str
    refund: str
    at: datetime
    units: int
    listed: int
    net: int
    margin: int
    whole: int

    @property
    def discount(self) -> int:
        return self.listed - self.net


@dataclass(frozen=True, slots=True)
class MoveTotals:
    orders: int
    refunds: int
    units: int
    listed: int
    net: int
    margin: int
    whole: int

    @property
    def discount(self) -> int:
        return self.listed - self.net


@dataclass(frozen=True, slots=True)
class Chosen:
    """Those that the offers touched, or, `everywhere`, the same SKUs with any offers; of them one SKU or channel."""

    period: Period = ALWAYS
    everywhere: bool = False
    sku: str | None = None
    channel: str | None = None


def moves_of(subject: Subject, chosen: Chosen, *, skip: int = 0, most: int = 50) -> list[Move]:
    """The newest first."""
    statement, names = _statement(subject, chosen)
    with reader().cursor() as cursor:
        cursor.execute(statement + ROWS, {**names, "skip": skip, "most": most})
        return [Move(*row) for row in cursor.fetchall()]


def move_totals(subject: Subject, chosen: Chosen) -> MoveTotals:
    """Of all of them, whatever a page shows."""
    statement, names = _statement(subject, chosen)
    with reader().cursor() as cursor:
        cursor.execute(statement + TOTALS, names)
        row = cursor.fetchone()
    assert row is not None
    return MoveTotals(*row)


def _statement(subject: Subject, chosen: Chosen) -> tuple[str, dict[str, Any]]:
    orders, goods = USING_IT, TOUCHED
    channel = "true" if chosen.channel is None else OF_CHANNEL
    if subject.document == SHOP:
        orders, goods = "true", OF_SHOP
    elif chosen.everywhere:
        orders, goods = "true", SAME_GOODS
    names = {
        "offers": list(offers_of(subject)),
        "code": subject.code,
        "sku": chosen.sku,
        "channel": chosen.channel,
        "since": chosen.period.since or "-infinity",
        "until": chosen.period.until or "infinity",
    }
    return PIECES.format(orders=orders, goods=goods, channel=channel), names
