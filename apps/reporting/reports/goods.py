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
    SELECT o.id, o.code, '' AS refund, o.paid_at AS at, s.sku, s.item_offer, s.shares, s.units::bigint AS units,
        s.units::bigint * s.list_price_amount AS listed,
        s.units::bigint * (s.list_price_amount - s.item_reduction_amount)
            - coalesce((SELECT sum((one ->> 1)::bigint) FROM jsonb_array_elements(s.shares) one), 0)::bigint AS net
    FROM orders_order o JOIN orders_ordersegment s ON s.order_id = o.id
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s AND {orders} AND {channel}
), back AS (
    SELECT o.id, o.code, r.code, r.created_at, s.sku, s.item_offer, s.shares, -found.units,
        -found.units * s.list_price_amount, -found.amount
    FROM orders_refund r JOIN orders_order o ON o.id = r.order_id CROSS JOIN LATERAL (
        SELECT s.id AS piece, (one ->> 'units')::bigint AS units, (one ->> 'amount')::bigint AS amount
        FROM jsonb_array_elements(r.answer -> 'lines') one JOIN orders_ordersegment s
            ON s.order_id = o.id AND s.line = one ->> 'line' AND s.number = (one ->> 'segment')::int
        UNION ALL
        SELECT (SELECT s.id FROM orders_ordersegment s WHERE s.order_id = o.id AND s.line = one ->> 'line'
            ORDER BY s.number LIMIT 1), 0, (one ->> 'amount')::bigint
        FROM jsonb_array_elements(r.answer -> 'adjustments') one
    ) found JOIN orders_ordersegment s ON s.id = found.piece
    WHERE r.created_at >= %(since)s AND r.created_at < %(until)s AND {orders} AND {channel}
), moves AS (
    SELECT m.id, m.code, m.refund, m.at, sum(m.units)::bigint AS units, sum(m.listed)::bigint AS listed,
        sum(m.net)::bigint AS net,
        coalesce(sum(m.net - m.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint AS margin,
        coalesce(sum(m.listed - m.units * k.cost_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)::bigint AS whole
    FROM (SELECT * FROM sold UNION ALL SELECT * FROM back) m LEFT JOIN catalog_sku k ON k.code = m.sku
    {goods} AND (%(sku)s::text IS NULL OR m.sku = %(sku)s)
    GROUP BY m.id, m.code, m.refund, m.at
)
"""
USING_IT = "o.id IN (SELECT u.order_id FROM orders_orderuse u WHERE u.offer = ANY(%(offers)s))"
# Goods touched by two of several offers count for each, as they do in the sums.
TOUCHED = """CROSS JOIN LATERAL (
    SELECT touching.offer FROM (
        SELECT m.item_offer AS offer UNION SELECT one ->> 0 FROM jsonb_array_elements(m.shares) one
    ) touching WHERE touching.offer = ANY(%(offers)s)
) touching WHERE true"""
SAME_GOODS = "WHERE m.sku IN (SELECT g.sku FROM reporting_goods g WHERE g.offer = ANY(%(offers)s))"
OF_CHANNEL = "coalesce(o.request ->> 'channel', '') = %(channel)s"
OF_SHOP = "WHERE k.shop_id = %(code)s"
# The sums of all first, then the rows of a page.
TOLD = """
SELECT count(*) FILTER (WHERE refund = ''), '', '', NULL::timestamptz, coalesce(sum(units), 0)::bigint,
    coalesce(sum(listed), 0)::bigint, coalesce(sum(net), 0)::bigint, coalesce(sum(margin), 0)::bigint,
    coalesce(sum(whole), 0)::bigint, count(*) FILTER (WHERE refund <> ''), true AS total
FROM moves
UNION ALL SELECT page.*, 0, false
FROM (SELECT * FROM moves ORDER BY at DESC, id DESC, refund DESC OFFSET %(skip)s LIMIT %(most)s) page
ORDER BY total DESC, 4 DESC, 1 DESC, 3 DESC
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


def moves_of(
    subject: Subject, chosen: Chosen, *, skip: int = 0, most: int = 50
) -> tuple[list[Move], MoveTotals]:
    """The newest first, and the sums of all of them, whatever a page shows."""
    statement, names = _statement(subject, chosen)
    with reader().cursor() as cursor:
        cursor.execute(statement + TOLD, {**names, "skip": skip, "most": most})
        (orders, _code, _refund, _at, *sums, refunds, _total), *rows = cursor.fetchall()
    return [Move(*row[:9]) for row in rows], MoveTotals(orders, refunds, *sums)


def move_totals(subject: Subject, chosen: Chosen) -> MoveTotals:
    return moves_of(subject, chosen, most=0)[1]


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
