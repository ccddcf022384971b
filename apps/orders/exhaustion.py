"""When an offer has nothing more to give: decided from sums over its counters, carried out by activities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import connection, transaction

from apps.activities.services import tell_level, use_up
from apps.core.locks import lock_number
from apps.core.prepared import send
from apps.offers.lifecycle import EndReason
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.orders.models import Measure
from apps.orders.moves import Moved
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer
from apps.pricing.scope import ScopeMode
from apps.pricing.usage import UNUSED, Usage

SUMS = """
SELECT offer, measure, sku, sum(held)::bigint, sum(used)::bigint FROM orders_counter
WHERE offer = ANY(%s) AND span = '' GROUP BY offer, measure, sku
"""


LIVE = """
SELECT DISTINCT c.offer FROM orders_counter c JOIN activities_activity a ON a.code = c.offer
WHERE a.status = 'live' AND c.span = ''
"""
# Told once for each level: the first bucket remembers.
TELL = """
UPDATE orders_counter SET told = %(level)s
WHERE offer = %(offer)s AND measure = %(measure)s AND sku = '' AND span = '' AND bucket = 0 AND told < %(level)s
"""
LEVELS = (95, 80, 50)
# A version that any book has reached: the one that is there will do for a first look.
ANY_BOOK = 1


class Sum(NamedTuple):
    held: int
    used: int


NOTHING = Sum(0, 0)
Sums = Mapping[tuple[str, str], Sum]  # (measure, SKU or "")


def end_used_up(moved: Iterable[Moved]) -> None:
    """After a payment: end those of the activities it drew on that are sold out or out of money.

    Only a payment that took the last of a counter looks. Such payments for one activity look one after the other, each
    when those before have committed: so the last of them sees that nothing is left, whatever buckets they drew on.
    """
    offers = sorted({one.offer for one in moved if one.span == "" and _may_be_the_last(one)})
    if not offers:
        return
    wait_for_others(offers)
    book = KEEPER.at_least(book_version())
    sums = sums_of(offers)
    for code in offers:
        offer = book.offers.offers.get(code)
        if offer is None:
            continue
        reason = end_reason(offer, book.usages.get(code, UNUSED), sums.get(code, {}))
        if reason is not None:
            use_up(code=code, reason=reason)


def wait_for_others(offers: Iterable[str]) -> None:
    """One payment at a time that may have taken the last of these; the locks come after those of counters."""
    numbers = sorted(lock_number("used_up", offer) for offer in offers)
    send(f"SELECT {', '.join(['pg_advisory_xact_lock(%s)'] * len(numbers))}", numbers)


def _may_be_the_last(one: Moved) -> bool:
    """Whether this bucket is empty, or of a budget too little for the smallest discount: then all may be."""
    if one.measure == Measure.UNITS:
        return one.held == 0 and one.used >= one.total
    offer = KEEPER.at_least(ANY_BOOK).offers.offers.get(one.offer)
    if offer is None or one.measure != Measure.BUDGET:
        return False
    return one.total - one.used < least_worth(offer)


def finish_used_up() -> int:
    """The sweep: end what is used up, tell owners of what is half, four fifths, nearly gone; the number ended."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE)
        offers = [code for (code,) in cursor.fetchall()]
    book = KEEPER.at_least(book_version())
    ended = 0
    for code, sums in sums_of(offers).items():
        offer = book.offers.offers.get(code)
        if offer is None:
            continue
        usage = book.usages.get(code, UNUSED)
        _tell_levels(offer, usage, sums)
        reason = end_reason(offer, usage, sums)
        if reason is not None:
            ended += use_up(code=code, reason=reason)
    return ended


def _tell_levels(offer: Offer, usage: Usage, sums: Sums) -> None:
    """A notice at 50, 80 and 95 percent of stock and of budget."""
    total = offer.stock.total if usage.stock_total is None else usage.stock_total
    budget = offer.budget_amount if usage.budget_amount is None else usage.budget_amount
    for measure, cap in ((Measure.UNITS, total), (Measure.BUDGET, budget)):
        used = sums.get((measure, ""), NOTHING).used
        level = next((level for level in LEVELS if cap and used * 100 >= cap * level), None)
        if level is None:
            continue
        with transaction.atomic():
            told = _first_to_tell(offer.code, measure, level)
            if told and not tell_level(code=offer.code, measure=measure.value, level=level):
                transaction.set_rollback(True)  # nobody has heard of it yet


def _first_to_tell(offer: str, measure: Measure, level: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TELL, {"offer": offer, "measure": measure.value, "level": level})
        return cursor.rowcount == 1


def sums_of(offers: Iterable[str]) -> dict[str, Sums]:
    """Held and used of each counter over the whole of its activity; sessions and days end by themselves."""
    found: dict[str, dict[tuple[str, str], Sum]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [list(offers)])
        for offer, measure, sku, held, used in cursor.fetchall():
            found.setdefault(offer, {})[measure, sku] = Sum(held, used)
    return dict(found)


def end_reason(offer: Offer, usage: Usage, sums: Sums) -> EndReason | None:
    """Why it is over, or None. What is only held may come back, so it does not count as gone."""
    total = offer.stock.total if usage.stock_total is None else usage.stock_total
    if offer.layer is Layer.ITEM:
        if total is not None and _gone(total, sums.get((Measure.UNITS, ""), NOTHING)):
            return EndReason.SOLD_OUT
        if _every_sku_gone(offer, usage, sums):
            return EndReason.SOLD_OUT
    budget = offer.budget_amount if usage.budget_amount is None else usage.budget_amount
    if budget is None:
        return None
    left = budget - sums.get((Measure.BUDGET, ""), NOTHING).used
    return EndReason.BUDGET_EXHAUSTED if left < least_worth(offer) else None


def least_worth(offer: Offer) -> int:
    """With less than this left of its budget it is over."""
    return max(offer.stop_below, least_discount(offer))


def _gone(total: int, taken: Sum) -> bool:
    return taken.held == 0 and taken.used >= total


def _every_sku_gone(offer: Offer, usage: Usage, sums: Sums) -> bool:
    """Whether the SKUs with a stock are all that is in scope, and none has any left."""
    stock = {**offer.stock.per_sku, **usage.stock_per_sku}
    scope = skus_of(offer)
    if not stock or scope is None or not scope <= stock.keys():
        return False
    return all(_gone(stock[sku], sums.get((Measure.UNITS, sku), NOTHING)) for sku in scope)


def skus_of(offer: Offer) -> frozenset[str] | None:
    """The SKUs that the offer is for, where it names them one by one."""
    if offer.narrowed is not None:
        return offer.narrowed
    named = offer.scope.named
    others = named.categories or named.brands or named.tags or named.shops
    if offer.scope.mode is not ScopeMode.INCLUDE or others:
        return None
    return frozenset(named.skus)


def least_discount(offer: Offer) -> int:
    """The smallest discount that it can give: 1, unless every tier takes off a fixed amount."""
    amounts = [tier.amount_off for tier in getattr(offer.kind, "tiers", ())]
    known = [amount for amount in amounts if amount is not None]
    return min(known) if known and len(known) == len(amounts) else 1
