"""Gives a campaign's coupons to many customers at once who did not ask: all that one statement each can do.

A customer is taken by `ClaimUse` first, then the templates' budgets, the campaign's claims last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.core.errors import Refused
from apps.coupons.models import ClaimCampaign
from apps.coupons.refusals import sold_out
from apps.coupons.services.issue import How, Wanted, issue
from apps.offers.compile import instant

# One place of a customer, if there is one: in order, so that two who give to the same people don't wait in a ring.
# {free} is the guard; a test that takes it away must see somebody get twice.
FREE = "EXCLUDED.most IS NULL OR u.claims < EXCLUDED.most"
TAKE = """
INSERT INTO coupons_claimuse AS u (origin, customer_code, day, claims, most)
SELECT %(origin)s, code, %(day)s, 1, %(most)s FROM unnest(%(customers)s::text[]) AS code ORDER BY code
ON CONFLICT (customer_code, origin, day) DO UPDATE SET claims = u.claims + 1, most = EXCLUDED.most
WHERE {free}
RETURNING customer_code
"""
# A mass grant is one worker at a time: one part is enough.
CLAIM = """
INSERT INTO coupons_campaignallowance AS a (campaign, bucket, total, claims)
VALUES (%(campaign)s, 0, %(total)s, %(claims)s)
ON CONFLICT (campaign, bucket) DO UPDATE SET total = EXCLUDED.total, claims = a.claims + EXCLUDED.claims
WHERE a.claims + EXCLUDED.claims <= EXCLUDED.total
"""
KNOWN = """
INSERT INTO audiences_customer (code, tags, attributes)
SELECT code, '{}', '{}' FROM unnest(%s::text[]) AS code ORDER BY code ON CONFLICT DO NOTHING
"""


@dataclass
class Given:
    """Who got coupons, who had had theirs, and who is left over: for the next time, or for good with a `reason`."""

    granted: list[str] = field(default_factory=list)
    had: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    reason: str = ""


def give(
    *,
    campaign: ClaimCampaign,
    content: Mapping[str, Any],
    customers: Sequence[str],
    limits: Mapping[str, int | None],
    how: How,
    now: datetime,
) -> Given:
    """One claim for each of as many customers, from the first on, as budget and quantity allow at once.

    Where they don't allow all, half are tried, and so on: asked again for the `rest`, exactly as many get it as there
    is. `limits` is how many claims a customer may have by day, "" for all time. Call it inside a transaction.
    """
    size = len(customers)
    while size:
        part = customers[:size]
        try:
            with transaction.atomic():
                taken = _give_all(campaign, content, part, limits, how, now)
        except Refused as refused:
            if size == 1:
                return Given(rest=list(customers), reason=refused.code)
            size //= 2
            continue
        got = set(taken)
        return Given(taken, [code for code in part if code not in got], list(customers[size:]))
    return Given()


def _give_all(
    campaign: ClaimCampaign,
    content: Mapping[str, Any],
    customers: Sequence[str],
    limits: Mapping[str, int | None],
    how: How,
    now: datetime,
) -> list[str]:
    """All who have a place left get theirs, or nobody anything; those who got it."""
    taken = list(customers)
    for day, most in limits.items():
        taken = take_places(campaign.code, day, most, taken)
    if not taken:
        return []
    wanted = [
        Wanted(item["template"], customer, item["quantity"])
        for customer in taken
        for item in content["items"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [taken])
    issue(wanted, how, now=now)
    take_claims(campaign.code, released(content, now), len(taken))
    return taken


def take_places(origin: str, day: str, most: int | None, customers: Sequence[str]) -> list[str]:
    """Those of the customers who had one left, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE.format(free=FREE), {"origin": origin, "day": day, "most": most, "customers": list(customers)}
        )
        taken = {code for (code,) in cursor.fetchall()}
    return [code for code in customers if code in taken]


def take_claims(campaign: str, total: int, claims: int) -> None:
    """Count claims on a campaign that gives without being asked; raises Refused sold_out beyond `total`."""
    with connection.cursor() as cursor:
        if claims <= total:
            cursor.execute(CLAIM, {"campaign": campaign, "total": total, "claims": claims})
        if claims > total or cursor.rowcount != 1:
            raise sold_out()


def released(content: Mapping[str, Any], now: datetime) -> int:
    """How many claims the clock has released so far."""
    slots = content["releases"]
    if not slots:
        return content["quantity"]
    return sum(slot["quantity"] for slot in slots if (instant(slot["at"]) or now) <= now)
