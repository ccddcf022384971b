"""Many things side by side over a period: a page of them with their numbers, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.scope import visible
from apps.activities.events.members import CAMPAIGN, TEMPLATE
from apps.activities.events.models import EventMember
from apps.activities.models import Activity
from apps.core.replica import reader
from apps.reporting.models import About
from apps.reporting.reports.numbers import Numbers, Period, numbers_by_code
from apps.reporting.reports.people import Coupons, coupons_by_origin
from apps.reporting.reports.subjects import EVENT, MODELS, SHOP

PAGE = 50
NOTHING, NO_COUPONS = Numbers(), Coupons()
# Each order once for each event, whichever of its offers it used.
OF_EVENTS = """
WITH members AS (SELECT * FROM unnest(%(events)s::text[], %(offers)s::text[]) AS m(event, offer)),
used AS (
    SELECT DISTINCT m.event, u.order_id FROM members m JOIN orders_orderuse u ON u.offer = m.offer
)
SELECT used.event, count(*), sum(o.list_amount - o.discount_amount)::bigint, sum(o.refunded_amount)::bigint,
    count(*) FILTER (WHERE o.state = 'refunded')
FROM used JOIN orders_order o ON o.id = used.order_id
WHERE o.paid_at IS NOT NULL AND o.paid_at >= %(since)s AND o.paid_at < %(until)s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing with its numbers in the period."""

    thing: Any
    numbers: Numbers = NOTHING
    coupons: Coupons = NO_COUPONS


def lines_of(
    user: User, document: str, period: Period, page: int = 0, query: str = ""
) -> tuple[list[Line], bool]:
    """One page, and whether there are more."""
    rows = _things(user, document, period, query)
    things = list(rows[page * PAGE : (page + 1) * PAGE + 1])
    shown, more = things[:PAGE], len(things) > PAGE
    codes = [str(thing.code) for thing in shown]
    if document == CAMPAIGN:
        coupons = coupons_by_origin(codes, period)
        return [Line(thing, coupons=coupons.get(thing.code, NO_COUPONS)) for thing in shown], more
    if document == EVENT:
        numbers = _of_events(user, shown, period)
    else:
        numbers = numbers_by_code(About.SHOP if document == SHOP else About.OFFER, codes, period)
    return [Line(thing, numbers.get(thing.code, NOTHING)) for thing in shown], more


def _things(user: User, document: str, period: Period, query: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = visible(user, MODELS[document]._default_manager.all())
    if query:
        rows = rows.filter(Q(code__icontains=query) | Q(name__icontains=query))
    if document == SHOP:
        return rows.order_by("code")
    if document == TEMPLATE:
        return rows.exclude(current=None).order_by("-id")
    if document != EVENT:
        rows = rows.exclude(current=None)
    return rows.filter(starts_at__lt=period.until, ends_at__gte=period.since).order_by("-starts_at", "code")


def _of_events(user: User, events: Iterable[Any], period: Period) -> dict[str, Numbers]:
    """Discounts and units add up over the members; orders count once."""
    by_id = {event.pk: event.code for event in events}
    own = visible(user, Activity.objects.filter(event__in=by_id)).values_list("event_id", "code")
    joined = EventMember.objects.filter(event__in=by_id, document=TEMPLATE).values_list("event_id", "code")
    pairs = [(by_id[event], code) for event, code in (*own, *joined)]
    single = numbers_by_code(About.OFFER, [code for _event, code in pairs], period)
    once = _orders_once(pairs, period)
    found = {}
    for event in by_id.values():
        members = [single.get(code, NOTHING) for of, code in pairs if of == event]
        orders, gmv, back, gone = once.get(event, (0, 0, 0, 0))
        found[event] = Numbers(
            orders=orders,
            gmv_amount=gmv,
            back_gmv_amount=back,
            back_orders=gone,
            units=sum(one.units for one in members),
            back_units=sum(one.back_units for one in members),
            discount_amount=sum(one.discount_amount for one in members),
            back_discount_amount=sum(one.back_discount_amount for one in members),
        )
    return found


def _orders_once(pairs: list[tuple[str, str]], period: Period) -> dict[str, tuple[int, int, int, int]]:
    if not pairs:
        return {}
    names = {
        "events": [event for event, _code in pairs],
        "offers": [code for _event, code in pairs],
        "since": period.since,
        "until": period.until,
    }
    with reader().cursor() as cursor:
        cursor.execute(OF_EVENTS, names)
        return {event: (orders, gmv, back, gone) for event, orders, gmv, back, gone in cursor.fetchall()}
