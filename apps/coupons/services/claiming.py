"""Claiming: a customer takes what a campaign hands out. One look without locks, one statement that decides.

Most claims need not even look: what the process remembers is asked for in the statement itself (`at_once.py`).

A claim takes the customer's limits first, then the templates' budgets, the campaign's release last, so that a hot row
is locked for as short as can be. What was too late by a moment is looked at again, the last time with all of it locked:
as long as something is left, whoever asks gets it. That nothing is left is seen in the look, which locks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from apps.audiences.services.customers import ensure_customer
from apps.core.clock import database_now, now_sql
from apps.core.crash import crash_point
from apps.core.errors import BusyError, Refused
from apps.core.prepared import send, together
from apps.coupons import releases
from apps.coupons.allowances import DRAWN
from apps.coupons.campaigns import Campaign, known_for_claims
from apps.coupons.lifecycle import Source
from apps.coupons.looks import ANYWHERE, Look, Where, look_statement, read_look
from apps.coupons.making import ALL_DRAWN, MADE, RESULT, How, Issued, Wanted, rows_of, write
from apps.coupons.models import ClaimAttempt
from apps.coupons.parts import NotEnough
from apps.coupons.refusals import limit_reached
from apps.coupons.services.at_once import WITHIN_LIMIT, claim_at_once, remember
from apps.coupons.services.issue import draws_for, need_lock, numbers_of, prepared
from apps.coupons.services.selling_out import sell_out
from apps.risk.lifecycle import Trigger
from apps.risk.services.assessing import admit

ATTEMPTS = 3
NOTHING_DONE = "no_claim_yet"
USE = f"""
    INSERT INTO coupons_claimuse AS had (origin, customer_code, day, claims, most)
    SELECT %(campaign)s, %(customer)s, day, 1, most
    FROM unnest(%(days)s::text[], %(mosts)s::bigint[]) AS new(day, most) ORDER BY day
    ON CONFLICT (customer_code, origin, day) DO UPDATE SET claims = had.claims + 1, most = excluded.most
    WHERE {WITHIN_LIMIT}
    RETURNING had.id
"""  # noqa: S608 - clauses of this file
ALL_USED = "(SELECT count(*) FROM used) = cardinality(%(days)s::text[])"
# Each step begins when the one before it gave all that it should: so the locks are taken in their order.
CLAIM = f"""
WITH used AS ({USE}),
{DRAWN.format(before=ALL_USED)},
{releases.TAKEN.format(before=f"CASE WHEN {ALL_USED} THEN {ALL_DRAWN} ELSE FALSE END")},
{MADE.format(before="CASE WHEN EXISTS (SELECT FROM taken) THEN %(closes)s > {now} ELSE FALSE END")}
SELECT {RESULT}
"""


def claim(
    *,
    campaign: str,
    customer: str,
    where: Where = ANYWHERE,
    shop: str | None = None,
    marks: Mapping[str, str] | None = None,
) -> list[Issued]:
    """The coupons of one claim: one, or those of a pack. Call it in a transaction that a refusal rolls back.

    `marks` are hashed. Errors: Refused unknown_campaign, ended, not_started, not_eligible, limit_reached, sold_out
    (with `next_release_at`), denied_by_risk, each but the first noted for customer service by its `after`; BusyError.
    """
    at_once = claim_at_once(campaign, customer, shop)
    if at_once is not None:
        crash_point("claimed")
        return [at_once]
    for number in range(1, ATTEMPTS + 1):
        look = _look(campaign, customer, where)
        found = known_for_claims(look.campaign, shop)
        refused = found.refusal(look.asker, look.now)
        if refused is not None:
            raise noted(refused, customer, campaign)
        try:
            admit(trigger=Trigger.CLAIM, subject=campaign, customer=customer, marks=marks)
            return _take(found, look, under_lock=number == ATTEMPTS)
        except NotEnough:
            send(f"ROLLBACK TO SAVEPOINT {NOTHING_DONE}")
        except Refused as late:
            raise noted(late, customer, campaign) from late
    raise BusyError


def noted(refused: Refused, customer: str, origin: str, source: Source = Source.CLAIM) -> Refused:
    """The refusal, which leaves a line for customer service behind, beside what it leaves anyway."""
    before = refused.after

    def note() -> None:
        if before is not None:
            before()
        ClaimAttempt.objects.create(customer_code=customer, source=source, origin=origin, reason=refused.code)

    refused.after = note
    return refused


def _look(campaign: str, customer: str, where: Where) -> Look:
    """Fresh at each attempt; nothing of the attempt before is kept."""
    statement, names = look_statement(customer, campaign)
    with together():
        found = send(statement, names)
        send(f"SAVEPOINT {NOTHING_DONE}")
    return read_look(customer, where, found.fetchone())


def _take(campaign: Campaign, look: Look, *, under_lock: bool) -> list[Issued]:
    assert look.asker.id is not None
    wanted = [Wanted(item.template, look.asker.id, item.quantity) for item in campaign.terms.items]
    numbers = numbers_of(wanted)
    if look.asker.stored is None:
        ensure_customer(look.asker.id)
    limits = campaign.terms.limits(look.now)
    if under_lock or _needs_lock(campaign, look, numbers):
        campaign = _locked(campaign, look, numbers, limits)
        limits = {}
        crash_point("locked")
    crash_point("looked")
    issued = _write(campaign, look, wanted, limits)
    remember(campaign, look.now)
    if campaign.claims + 1 >= campaign.terms.quantity:
        sell_out(campaign.code)
    crash_point("claimed")
    return issued


def _needs_lock(campaign: Campaign, look: Look, numbers: Mapping[str, int]) -> bool:
    """Whether a budget or a release must be brought into line first."""
    terms = campaign.terms
    return need_lock(campaign.templates, numbers) or not releases.in_line(
        campaign.shares, terms.released(look.now), terms.parts
    )


def _locked(
    campaign: Campaign, look: Look, numbers: Mapping[str, int], limits: Mapping[str, int]
) -> Campaign:
    """The campaign with everything locked in its order and in line; whoever finds nothing now has met the end."""
    with together():
        used = send(USE, _use_names(campaign.code, look, limits))
    if used.rowcount != len(limits):
        raise limit_reached()
    templates = {**campaign.templates, **prepared(campaign.templates, numbers)}
    shares = releases.lock(campaign.code, campaign.terms.parts)
    now = database_now()
    shares = releases.spread(shares, campaign.terms.released(now))
    found = replace(campaign, templates=templates, shares=tuple(shares))
    if not any(share.claims < share.total for share in shares):
        raise found.sold_out(now)
    return found


def _write(
    campaign: Campaign, look: Look, wanted: Sequence[Wanted], limits: Mapping[str, int]
) -> list[Issued]:
    draws = draws_for(campaign.templates, numbers_of(wanted))
    names = {
        **_use_names(campaign.code, look, limits),
        "share": releases.pick(campaign.shares),
        "closes": campaign.terms.ends_at,
    }
    now, moment = now_sql()
    if moment:
        now, names["now"] = now.replace("%s", "%(now)s"), moment[0]
    how = How(source=Source.CLAIM, origin=campaign.code)
    rows = rows_of(wanted, campaign.templates, draws)
    return write(CLAIM.format(now=now), rows, draws, how, look.now, names)


def _use_names(campaign: str, look: Look, limits: Mapping[str, int]) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "customer": look.asker.id,
        "days": list(limits),
        "mosts": list(limits.values()),
    }
