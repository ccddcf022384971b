"""What must hold of budgets, coupons, claims and their ledger at any time: queries of `audit` that find nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection

from apps.core.audit_queries import register
from apps.coupons.chain import COUPON_LEDGER

LEDGER = """
SELECT format('budget of %s: counted %s issued, %s reserved, %s spent, but the ledger says %s, %s and %s', a.template,
    a.issued, a.reserved, a.spent, coalesce(e.issued, 0), coalesce(e.reserved, 0), coalesce(e.spent, 0))
FROM (SELECT template, sum(issued_quantity) AS issued, sum(reserved_amount) AS reserved, sum(spent_amount) AS spent
    FROM coupons_templateallowance GROUP BY template) a
LEFT JOIN (SELECT template, sum(quantity) AS issued, sum(reserved_amount) AS reserved, sum(spent_amount) AS spent
    FROM coupons_couponentry GROUP BY template) e USING (template)
WHERE (a.issued, a.reserved, a.spent) <> (coalesce(e.issued, 0), coalesce(e.reserved, 0), coalesce(e.spent, 0))
"""
# Coupons that were void gave their place back; what unpaid orders promise has a place.
ROWS = """
WITH booked AS (
    SELECT template, bucket, count(*) FILTER (WHERE state <> 'void') AS issued, sum(reserved_amount) AS reserved,
        sum(spent_amount) AS spent FROM coupons_coupon GROUP BY template, bucket
    UNION ALL
    SELECT template, bucket, sum(quantity), sum(reserved_amount), 0 FROM coupons_rewardhold
    WHERE state = 'held' GROUP BY template, bucket
), summed AS (
    SELECT template, bucket, sum(issued) AS issued, sum(reserved) AS reserved, sum(spent) AS spent
    FROM booked GROUP BY template, bucket
)
SELECT format('part %s of the budget of %s: counted %s issued, %s reserved, %s spent, but coupons say %s, %s and %s',
    a.bucket, a.template, a.issued_quantity, a.reserved_amount, a.spent_amount, coalesce(s.issued, 0),
    coalesce(s.reserved, 0), coalesce(s.spent, 0))
FROM coupons_templateallowance a LEFT JOIN summed s USING (template, bucket)
WHERE (a.issued_quantity, a.reserved_amount, a.spent_amount)
    <> (coalesce(s.issued, 0), coalesce(s.reserved, 0), coalesce(s.spent, 0))
"""
WITHIN = """
SELECT format('part %s of the budget of %s has given more than it has', bucket, template)
FROM coupons_templateallowance
WHERE issued_quantity > total_quantity OR reserved_amount + spent_amount > total_amount
    OR issued_quantity < 0 OR reserved_amount < 0 OR spent_amount < 0
UNION ALL
SELECT format('claim campaign %s has released %s of %s and given %s', c.code, s.total, c.quantity, s.claims)
FROM coupons_claimcampaign c JOIN (
    SELECT campaign, sum(total) AS total, sum(claims) AS claims FROM coupons_campaignallowance GROUP BY campaign
) s ON s.campaign = c.code WHERE s.total > c.quantity OR s.claims > s.total
"""
LIVES = """
SELECT format('coupon %s is %s with %s reserved and %s spent, but its entries add up to %s issued, %s and %s', c.code,
    c.state, c.reserved_amount, c.spent_amount, e.issued, e.reserved, e.spent)
FROM coupons_coupon c LEFT JOIN (
    SELECT coupon_id, sum(quantity) AS issued, sum(reserved_amount) AS reserved, sum(spent_amount) AS spent
    FROM coupons_couponentry WHERE coupon_id IS NOT NULL GROUP BY coupon_id
) e ON e.coupon_id = c.id
WHERE (CASE WHEN c.state = 'void' THEN 0 ELSE 1 END, c.reserved_amount, c.spent_amount)
    IS DISTINCT FROM (e.issued, e.reserved, e.spent)
"""
# What a campaign gave, in claims: each gives all of its items.
GIVEN = """
given AS (
    SELECT e.origin, e.customer_code, count(*) AS coupons FROM coupons_couponentry e
    WHERE e.event = 'issue' AND e.source IN ('claim', 'push', 'event') GROUP BY e.origin, e.customer_code
), pack AS (
    SELECT c.code, (SELECT sum((item->>'quantity')::int) FROM jsonb_array_elements(v.content->'items') item) AS size
    FROM coupons_claimcampaign c JOIN coupons_campaignversion v ON v.id = c.current_id
)"""
CLAIMS = f"""
WITH {GIVEN}
SELECT format('claim campaign %s counts %s claims of %s coupons each, but the ledger has %s coupons', a.campaign,
    a.claims, p.size, coalesce(g.coupons, 0))
FROM (SELECT campaign, sum(claims) AS claims FROM coupons_campaignallowance GROUP BY campaign) a
JOIN pack p ON p.code = a.campaign
LEFT JOIN (SELECT origin, sum(coupons) AS coupons FROM given GROUP BY origin) g ON g.origin = a.campaign
WHERE a.claims * p.size <> coalesce(g.coupons, 0)
"""  # noqa: S608 - clauses of this file
USES = f"""
WITH {GIVEN}
SELECT format('%s has had %s times from %s by count, but %s coupons by the ledger', u.customer_code, u.claims, u.origin,
    coalesce(g.coupons, 0))
FROM coupons_claimuse u JOIN pack p ON p.code = u.origin
LEFT JOIN given g ON g.origin = u.origin AND g.customer_code = u.customer_code
WHERE u.day = '' AND u.claims * p.size <> coalesce(g.coupons, 0) OR u.claims > u.most
"""  # noqa: S608 - clauses of this file
REDEMPTIONS = """
SELECT format('coupon %s is %s (order %s), but its redemption is %s (order %s)', c.code, c.state, c.order_code,
    coalesce(r.state, 'none'), r.order_code)
FROM coupons_coupon c
LEFT JOIN coupons_redemption r ON r.coupon_id = c.id AND r.state IN ('held', 'used')
WHERE CASE WHEN c.state IN ('held', 'used') THEN (r.state, r.order_code) IS DISTINCT FROM (c.state, c.order_code)
    ELSE r.id IS NOT NULL END
"""
UNTOLD = """
SELECT format('no event tells that coupon %s was issued', c.code) FROM coupons_coupon c
WHERE NOT EXISTS (SELECT FROM core_outboxevent e WHERE e.subject = c.code AND e.topic = 'coupon.issued')
"""
UNEXPIRED = """
SELECT format('coupon %s is unused although its validity was over at %s', code, valid_until) FROM coupons_coupon
WHERE state = 'unused' AND valid_until < clock_timestamp() - interval '1 hour'
"""

PROOFS = {
    "coupons.ledger": ("the ledger explains what every budget counts", LEDGER),
    "coupons.budgets": ("each part of a budget counts the coupons that are booked on it", ROWS),
    "coupons.within": ("no budget and no release gave more than it has", WITHIN),
    "coupons.lives": ("each coupon is worth what its entries say", LIVES),
    "coupons.claims": ("a campaign's claims are the coupons that it gave", CLAIMS),
    "coupons.uses": ("what customers had is what they were given, within the limits", USES),
    "coupons.redemptions": ("a coupon is held or used by the one order that redeems it", REDEMPTIONS),
    "coupons.events": ("every coupon that was issued is told", UNTOLD),
    "coupons.expired": ("no coupon outlives its validity unseen", UNEXPIRED),
}


def register_all() -> None:
    for name, (promise, statement) in PROOFS.items():
        register(name, promise, _finder(statement))
    register("coupons.chain", "the ledger of coupons is what was sealed", COUPON_LEDGER.verify)


def _finder(statement: str) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (sentence,) in cursor.fetchall():
                yield sentence

    return find
