"""What must hold of coupons that nobody asked for, of quotas, and of voiding: queries of `audit` that find nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.db import connection

from apps.core.audit_queries import register

PUSHED = """
SELECT format('mass grant %%s says %%s got theirs, but its campaign counts %%s', c.code, coalesce(r.granted, 0),
    coalesce(a.claims, 0))
FROM coupons_claimcampaign c
LEFT JOIN (SELECT campaign_id, sum(granted) AS granted FROM coupons_pushrun GROUP BY campaign_id) r
    ON r.campaign_id = c.id
LEFT JOIN (SELECT campaign, sum(claims) AS claims FROM coupons_campaignallowance GROUP BY campaign) a
    ON a.campaign = c.code
WHERE c.mode = 'push' AND coalesce(r.granted, 0) <> coalesce(a.claims, 0)
"""
EVENTS = """
SELECT format('campaign %%s was given for %%s events, but counts %%s claims', c.code, coalesce(g.granted, 0),
    coalesce(a.claims, 0))
FROM coupons_claimcampaign c
LEFT JOIN (SELECT campaign, count(*) AS granted FROM coupons_eventgrant WHERE state = 'granted' GROUP BY campaign) g
    ON g.campaign = c.code
LEFT JOIN (SELECT campaign, sum(claims) AS claims FROM coupons_campaignallowance GROUP BY campaign) a
    ON a.campaign = c.code
WHERE c.mode LIKE 'on_event:%%' AND coalesce(g.granted, 0) <> coalesce(a.claims, 0)
"""
VOIDED = """
SELECT format('coupon %%s is %%s although its template was voided at %%s', c.code, c.state, r.cutoff)
FROM coupons_voidrun r JOIN coupons_coupon c ON c.template = r.template AND c.issued_at < r.cutoff
WHERE r.ended_at IS NOT NULL AND c.state IN ('unused', 'held')
"""
QUOTAS = """
SELECT format('agent %%s on %%s: %%s coupons counted, %%s granted', coalesce(u.agent_id, e.actor_id),
    coalesce(u.day, e.day), coalesce(u.quantity, 0), coalesce(e.quantity, 0))
FROM coupons_compensationuse u FULL JOIN (
    SELECT actor_id, (at AT TIME ZONE %(zone)s)::date::text AS day, count(*) AS quantity FROM coupons_couponentry
    WHERE event = 'issue' AND source = 'service_compensation' AND actor_id IS NOT NULL GROUP BY 1, 2
) e ON e.actor_id = u.agent_id AND e.day = u.day
WHERE coalesce(u.quantity, 0) <> coalesce(e.quantity, 0)
"""

PROOFS = {
    "coupons.pushes": ("what mass grants say they gave is what their campaigns count", PUSHED),
    "coupons.on_events": ("every event that was granted is one claim", EVENTS),
    "coupons.voided": ("a voiding that is over left no coupon alive", VOIDED),
    "coupons.quotas": ("what agents granted is what their days count", QUOTAS),
}


def register_all() -> None:
    for name, (promise, statement) in PROOFS.items():
        register(name, promise, partial(_find, statement))


def _find(statement: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"zone": settings.TIME_ZONE})
        for (sentence,) in cursor.fetchall():
            yield sentence
