"""What hangs on one offer or on one claim campaign, a statement each. Amounts are minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from apps.core.clock import now_sql

# What an offer did stands in the ledger under its code; what it promised, with the order that holds it.
OF_OFFER = """
WITH clock AS MATERIALIZED (SELECT {now} AS now),
held AS (
    SELECT count(*) AS orders, coalesce(sum(u.discount_amount), 0)::bigint AS discount,
        coalesce(sum(o.payable_amount), 0)::bigint AS payable, max(o.held_until) AS until
    FROM clock, orders_order o JOIN orders_orderuse u ON u.order_id = o.id
    WHERE o.state = 'held' AND o.held_until > clock.now AND u.offer = %(code)s
),
recent AS (
    SELECT count(DISTINCT l.order_id) AS orders,
        coalesce(sum(l.amount) FILTER (WHERE l.what IN ('share', 'shipping')), 0)::bigint AS discount
    FROM clock, orders_ledgerentry l
    WHERE l.offer = %(code)s AND l.offer <> '' AND l.event = 'hold' AND l.at > clock.now - interval '1 hour'
),
promised AS (
    SELECT coalesce(sum(r.quantity) FILTER (WHERE r.state = 'held'), 0)::bigint AS coupons
    FROM coupons_rewardhold r WHERE r.offer = %(code)s
),
given AS (
    SELECT count(*) AS coupons, coalesce(sum(c.reserved_amount), 0)::bigint AS reserved
    FROM coupons_coupon c
    WHERE c.source = 'reward' AND c.state = 'unused' AND c.origin <> ''
        AND EXISTS (SELECT FROM coupons_rewardhold r WHERE r.offer = %(code)s AND r.state = 'granted'
            AND r.order_code = c.origin AND r.template = c.template)
)
SELECT held.orders, held.discount, held.payable, held.until, recent.orders, recent.discount, promised.coupons,
    given.coupons, given.reserved
FROM held, recent, promised, given
"""
OF_CAMPAIGN = """
WITH clock AS MATERIALIZED (SELECT {now} AS now)
SELECT count(*) FILTER (WHERE c.state = 'unused'), count(*) FILTER (WHERE c.state = 'held'),
    coalesce(sum(c.reserved_amount), 0)::bigint, count(*) FILTER (WHERE c.issued_at > clock.now - interval '1 hour')
FROM clock, coupons_coupon c
WHERE c.origin = %(code)s AND c.origin <> '' AND c.source = ANY(ARRAY['claim', 'push', 'event'])
"""


@dataclass(frozen=True, slots=True)
class OfOffer:
    """Orders that hold its price (`held_until` of the last), those of the last hour, reward coupons promised, out."""

    held_orders: int
    held_discount: int
    held_payable: int
    held_until: datetime | None
    recent_orders: int
    recent_discount: int
    promised_coupons: int
    unused_coupons: int
    unused_reserved: int


@dataclass(frozen=True, slots=True)
class OfCampaign:
    """Coupons that customers have from it: unused, held by unpaid orders, what both reserve, those of the last hour."""

    unused: int
    held: int
    reserved: int
    recent: int


def of_offer(code: str) -> OfOffer:
    return OfOffer(*_row(OF_OFFER, code))


def of_campaign(code: str) -> OfCampaign:
    return OfCampaign(*_row(OF_CAMPAIGN, code))


def _row(statement: str, code: str) -> tuple[Any, ...]:
    now, parameters = now_sql()
    names: dict[str, Any] = {"code": code}
    if parameters:
        now, names["now"] = now.replace("%s", "%(now)s"), parameters[0]
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{now}", now), names)
        row = cursor.fetchone()
    assert row is not None
    return tuple(row)
