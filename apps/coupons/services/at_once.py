"""The common claim in one statement: one coupon of a campaign for everybody, as the process remembers it.

Whoever looked a campaign over and found it in line remembers what a version fixes. The next claim asks in its one
statement whether all that still stands, and takes in the order of all claims: the customer's limits, the template's
budget, the release. Where anything has changed, or a part has run out, it gives back what it took and says nothing:
then the claim looks again and goes step by step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from apps.core.clock import now_sql
from apps.core.crash import crash_point
from apps.core.prepared import send
from apps.coupons import releases
from apps.coupons.allowances import AMOUNT_ROOM, QUANTITY_ROOM
from apps.coupons.campaigns import Campaign
from apps.coupons.lifecycle import Source
from apps.coupons.making import NOTED, Issued, new_id
from apps.coupons.remembered import Known, Plan, known_of
from apps.coupons.services.selling_out import sell_out
from apps.offers.documents.template import ValidityMode
from apps.risk.book import KEEPER
from apps.risk.lifecycle import Trigger

REMEMBERED = 1_024
# The guard of a customer's limits; a test that takes it away must see somebody get more than they may.
WITHIN_LIMIT = "had.claims < excluded.most"
# What is remembered still stands: the same versions, nobody stopped them, the budget's parts hold the budget.
KNOWN = """known AS MATERIALIZED (
    SELECT {now} AS now, EXISTS (SELECT FROM audiences_customer WHERE code = %(customer)s) AS met
    FROM coupons_claimcampaign c, coupons_coupontemplate t
    JOIN coupons_templateversion v ON v.id = t.current_id
    WHERE c.code = %(origin)s AND c.current_id = %(terms)s AND c.status NOT IN ('paused', 'ended')
        AND t.code = %(template)s AND t.shop_code = %(shop)s AND v.number = %(version)s
        AND t.status = 'approved' AND t.use_stopped_at IS NULL{in_line}
), open AS MATERIALIZED (SELECT now FROM known WHERE met AND now >= %(since)s AND now < %(until)s)"""
IN_LINE = """
        AND (SELECT coalesce(sum(total_quantity), -1) = %(whole)s AND coalesce(sum(total_amount), -1) = %(money)s
            FROM coupons_templateallowance WHERE template = %(template)s)"""
LIMITS = {
    "per_customer": "('', %(per_customer)s::bigint)",
    "per_day": "(to_char(open.now AT TIME ZONE %(zone)s, 'YYYY-MM-DD'), %(per_day)s::bigint)",
}
VALIDITIES = {
    "": "now, NULL::timestamptz",
    ValidityMode.RELATIVE: "now + %(delay)s::interval, now + %(delay)s::interval + %(life)s::interval",
    ValidityMode.FIXED: "%(valid_from)s::timestamptz, %(valid_until)s::timestamptz",
}
USED = f"""used AS (
    INSERT INTO coupons_claimuse AS had (origin, customer_code, day, claims, most)
    SELECT %(origin)s, %(customer)s, day, 1, most FROM open, LATERAL (VALUES {{limits}}) new(day, most) ORDER BY day
    ON CONFLICT (customer_code, origin, day) DO UPDATE SET claims = had.claims + 1, most = excluded.most
    WHERE {WITHIN_LIMIT}
    RETURNING had.day
)"""  # noqa: S608 - clauses of this file
SHORT = "(SELECT count(*) FROM used) < {}"
DRAWN = f"""drawn AS (
    UPDATE coupons_templateallowance part
    SET issued_quantity = part.issued_quantity + 1, reserved_amount = part.reserved_amount + wanted.amount
    FROM (SELECT 1::bigint AS quantity, %(reserve)s::bigint AS amount) wanted
    WHERE part.id = %(part)s AND part.template = %(template)s AND {{before}}
        AND {QUANTITY_ROOM} AND {AMOUNT_ROOM}
    RETURNING part.id
)"""  # noqa: S608 - clauses of this file
MADE = f"""made AS (
    INSERT INTO coupons_coupon (code, template, version, customer_code, state, valid_from, valid_until, source, origin,
        reserved_amount, bucket)
    SELECT %(code)s, %(template)s, %(version)s, %(customer)s, 'unused', {{validity}}, %(source)s,
        %(origin)s, %(reserve)s, %(bucket)s
    FROM open WHERE CASE WHEN EXISTS (SELECT FROM taken) THEN %(closes)s > {{now}} ELSE FALSE END
    RETURNING id, code, template, customer_code, valid_from, valid_until, reserved_amount
), {NOTED}"""  # noqa: S608 - clauses of ours
# `theirs`: what was in the way was the customer's, and the next one may meet nothing of it.
RESULT = """SELECT {theirs}, {days}, {drew}, (SELECT last FROM taken), id, valid_from, valid_until
FROM (SELECT) AS one LEFT JOIN made ON TRUE"""
GIVE_BACK = """
WITH used AS (
    UPDATE coupons_claimuse SET claims = claims - 1
    WHERE customer_code = %(customer)s AND origin = %(origin)s AND day = ANY(%(days)s::text[])
), drawn AS (
    UPDATE coupons_templateallowance SET issued_quantity = issued_quantity - 1,
        reserved_amount = reserved_amount - %(reserve)s::bigint
    WHERE id = %(part)s::bigint
)
UPDATE coupons_campaignallowance SET claims = claims - 1 WHERE id = %(share)s::bigint
"""


_known: dict[str, Known] = {}


def remember(campaign: Campaign, now: datetime) -> None:
    """Keep what this look found for the claims to come, if they are as simple as most."""
    known = known_of(campaign, now)
    if known is None:
        _known.pop(campaign.code, None)
        return
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[campaign.code] = known


def claim_at_once(campaign: str, customer: str, shop: str | None) -> Issued | None:
    """The coupon; None where that can't be said in one statement, and nothing was done."""
    known = _known.get(campaign)
    if known is None or (shop is not None and known.shop not in ("", shop)) or _asks_risk():
        return None
    now, moment = now_sql()
    names = {**known.names, **_place(known), "customer": customer, "code": new_id()}
    if moment:
        now, names["now"] = now.replace("%s", "%(now)s"), moment[0]
    crash_point("looked")
    told = send(statement(known.plan, now), names).fetchone()
    theirs, days, drew, last, row, valid_from, valid_until = told
    if row is None:
        if not theirs:
            _known.pop(campaign, None)
        if days or drew or last is not None:
            _give_back(names, days, drew, last is not None)
        return None
    crash_point("issued")
    if last:
        _end_when_all_is_claimed(campaign, known.quantity)
    return Issued(
        row,
        names["code"],
        names["template"],
        known.name,
        customer,
        valid_from,
        valid_until,
        Source.CLAIM,
        "",
        names["reserve"],
    )


@cache
def statement(plan: Plan, now: str) -> str:
    """CLAIM for campaigns alike, each step begun when the one before gave what it should."""
    theirs = "EXISTS (SELECT FROM known WHERE NOT met)"
    before, days, drew = "EXISTS (SELECT FROM open)", "ARRAY[]::text[]", "FALSE"
    steps = [KNOWN.format(now=now, in_line=IN_LINE if plan.budget else "")]
    if plan.limits:
        steps.append(USED.format(limits=", ".join(LIMITS[name] for name in plan.limits)))
        theirs += f" OR {before} AND {SHORT.format(len(plan.limits))}"
        before, days = f"NOT {SHORT.format(len(plan.limits))}", "ARRAY(SELECT day FROM used)"
    if plan.budget:
        steps.append(DRAWN.format(before=before))
        before = drew = "EXISTS (SELECT FROM drawn)"
    steps.append(releases.TAKEN.format(before=before))
    steps.append(MADE.format(validity=VALIDITIES[plan.validity], now=now))
    return f"WITH {', '.join(steps)} {RESULT.format(theirs=theirs, days=days, drew=drew)}"


def _place(known: Known) -> dict[str, int | None]:
    """Each connection has a place of its own: as long as there are enough, nobody waits for another's commit."""
    connection.ensure_connection()
    turn = connection.connection.pgconn.backend_pid
    part, bucket = known.parts[turn % len(known.parts)]
    return {"share": known.shares[turn % len(known.shares)], "part": part, "bucket": bucket}


def _asks_risk() -> bool:
    """Whether some rule must be asked about claims, or counts them: it is, once the campaign was looked at."""
    book = KEEPER.current()
    return Trigger.CLAIM in book.by_trigger or Trigger.CLAIM in book.recorded


def _give_back(names: Mapping[str, Any], days: list[str], drew: bool, took: bool) -> None:
    """A later step found nothing: what the steps before it took is given back, still locked."""
    names = {**names, "days": days}
    names["part"] = names["part"] if drew else None
    names["share"] = names["share"] if took else None
    send(GIVE_BACK, names)


def _end_when_all_is_claimed(campaign: str, quantity: int) -> None:
    _known.pop(campaign, None)
    if releases.claimed(campaign) >= quantity:
        sell_out(campaign)
