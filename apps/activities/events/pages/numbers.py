"""The stock and the budget of a member, as people read them before they confirm them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.activities.events.members import ACTIVITY, CAMPAIGN, Member
from apps.pricing.money import format_money


def numbers_of(member: Member, currency: str) -> list[tuple[str, str]]:
    """(label, value); "no limit" is said, for it is the number that hurts most."""
    return list(_numbers(member, currency))


def _numbers(member: Member, currency: str) -> Iterator[tuple[str, str]]:
    said = member.content
    if member.document == CAMPAIGN:
        yield _("Claims"), f"{said['quantity']:,}"
        return
    budget = said["budget"]
    yield _("Budget"), _("no limit") if budget["amount"] is None else format_money(budget["amount"], currency)
    if member.document != ACTIVITY:
        yield _("Coupons"), _limit(budget["quantity"])
        return
    stock = said["stock"]
    if stock["per_sku"]:
        numbers = {"units": f"{sum(stock['per_sku'].values()):,}", "skus": len(stock["per_sku"])}
        yield _("Stock of single SKUs"), _("%(units)s units of %(skus)s SKUs") % numbers
    if stock["total"] is not None or not stock["per_sku"]:
        yield _("Stock"), _limit(stock["total"])


def _limit(number: int | None) -> str:
    return _("no limit") if number is None else f"{number:,}"
