"""Campaigns that something a customer does brings: noted where it happens, given a moment later, each once.

Noting is one INSERT in the writer's transaction (or, for payments, in that of the event's relay, so that paying knows
nothing of it); giving is a task's work. An `EventGrant` per campaign, customer and event makes both idempotent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from apps.core.clock import database_now, now_sql
from apps.coupons.lifecycle import EventGrantState, Source
from apps.coupons.meant import Meant
from apps.coupons.models import ClaimAttempt, ClaimCampaign, EventGrant
from apps.coupons.refusals import ENDED, LIMIT_REACHED, NOT_ELIGIBLE
from apps.coupons.services.giving import give
from apps.coupons.services.issue import How
from apps.offers.documents import CampaignMode
from apps.offers.lifecycle import State

BATCH = 500
RUNS = "campaign.status IN ('approved', 'live') AND campaign.starts_at <= {now} AND {now} < campaign.ends_at"
NOTE = """
INSERT INTO coupons_eventgrant (campaign, customer_code, event)
SELECT campaign.code, happened.customer, happened.event
FROM coupons_claimcampaign campaign, unnest(%(customers)s::text[], %(events)s::text[]) AS happened(customer, event)
WHERE campaign.mode = %(mode)s AND {runs}
ORDER BY happened.customer, campaign.code
ON CONFLICT DO NOTHING
"""
# Every day of the year in which somebody was born on it; the 29th of February is the 28th where there is none.
BIRTHDAYS = """
INSERT INTO coupons_eventgrant (campaign, customer_code, event)
SELECT campaign.code, customer.code, %(event)s
FROM coupons_claimcampaign campaign, audiences_customer customer
WHERE campaign.mode = %(mode)s AND {runs}
    AND customer.attributes->>'birthday' ~ '^([0-9]{{4}}-)?[0-9]{{2}}-[0-9]{{2}}$'
    AND right(customer.attributes->>'birthday', 5) = ANY(%(days)s)
ORDER BY customer.code, campaign.code
ON CONFLICT DO NOTHING
"""
WAITING = """
SELECT id, customer_code, event FROM coupons_eventgrant WHERE state = 'waiting' AND campaign = %s
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


def note(mode: CampaignMode, happened: Sequence[tuple[str, str]]) -> int:
    """Each (customer, event) for every campaign of this mode that runs now; the number that are new."""
    customers, events = zip(*happened, strict=True) if happened else ((), ())
    return _insert(NOTE, {"mode": mode.value, "customers": list(customers), "events": list(events)})


def note_birthdays(day: date | None = None) -> int:
    """For everybody whose birthday is today in the portal; again on the same day does nothing."""
    today = day or database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    days = [today.strftime("%m-%d")]
    if (today.month, today.day) == (2, 28) and not _is_leap(today.year):
        days.append("02-29")
    mode = CampaignMode.ON_BIRTHDAY.value
    return _insert(BIRTHDAYS, {"mode": mode, "days": days, "event": f"birthday:{today.year}"})


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _insert(statement: str, named: Mapping[str, Any]) -> int:
    now, parameters = now_sql()
    values = dict(named)
    if parameters:
        now, values["moment"] = "%(moment)s::timestamptz", parameters[0]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(runs=RUNS.format(now=now)), values)
        return cursor.rowcount


def customer_put(customer: str, event: str) -> None:
    """What PUT /customers made of a customer: `registration`, or `level:N` for a higher level than before."""
    mode = CampaignMode.ON_REGISTRATION if event == "registration" else CampaignMode.ON_LEVEL_UP
    note(mode, [(customer, event)])


def orders_paid(paid: Sequence[tuple[str, str]]) -> None:
    """Paid orders with their customers."""
    note(CampaignMode.ON_PAID, [(customer, f"paid:{order}") for order, customer in paid])


def give_waiting() -> int:
    """Give for one batch of every campaign that has some waiting; the number given or refused."""
    waiting = EventGrant.objects.filter(state=EventGrantState.WAITING)
    codes = list(waiting.order_by("campaign").values_list("campaign", flat=True).distinct())
    return sum(give_batch(code) for code in codes)


@transaction.atomic
def give_batch(code: str, batch: int = BATCH) -> int:
    """One batch of one campaign: who is meant and has one left gets it, the others are noted with the reason."""
    campaign = ClaimCampaign.objects.select_related("current").get(code=code)
    if campaign.status == State.PAUSED:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [code, batch])
        rows = cursor.fetchall()
    # A customer to whom two things happened gets for one now, for the next in the batch after.
    first = {customer: pk for pk, customer, _event in reversed(rows)}
    outcome = _give(campaign, sorted(first))
    for reason, customers in outcome.items():
        _settle([first[customer] for customer in customers], reason)
    _attempts(code, outcome)
    return sum(map(len, outcome.values()))


def _give(campaign: ClaimCampaign, customers: list[str]) -> dict[str, list[str]]:
    """The customers by how it came out, "" for those who got it; who is not named goes on waiting."""
    now = database_now()
    if (
        campaign.current is None
        or campaign.status not in (State.APPROVED, State.LIVE)
        or now >= campaign.ends_at
    ):
        return {ENDED: customers}
    content = campaign.current.content
    meant = Meant(content["targeting"]).among(customers)
    limits = limits_of(content, now)
    how = How(source=Source.EVENT, origin=campaign.code, actor_id=None, reason="")
    given = give(campaign=campaign, content=content, customers=meant, limits=limits, how=how, now=now)
    outcome = {
        "": given.granted,
        LIMIT_REACHED: given.had,
        NOT_ELIGIBLE: sorted(set(customers).difference(meant)),
    }
    if given.reason:  # else the rest waits for the next batch
        outcome[given.reason] = given.rest
    return {reason: names for reason, names in outcome.items() if names}


def limits_of(content: Mapping[str, Any], now: datetime) -> dict[str, int | None]:
    """How many claims a customer may have: in all (also counted without a limit), and on this day of the portal."""
    limits: dict[str, int | None] = {"": content["per_customer"]}
    if content["per_customer_per_day"] is not None:
        day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()
        limits[day] = content["per_customer_per_day"]
    return limits


def _settle(ids: list[int], reason: str) -> None:
    state = EventGrantState.REFUSED if reason else EventGrantState.GRANTED
    EventGrant.objects.filter(pk__in=ids).update(state=state, reason=reason)


def _attempts(campaign: str, outcome: Mapping[str, Sequence[str]]) -> None:
    """What customer service answers from."""
    ClaimAttempt.objects.bulk_create(
        ClaimAttempt(customer_code=customer, source=Source.EVENT, origin=campaign, reason=reason)
        for reason, customers in outcome.items()
        for customer in customers
        if reason
    )
