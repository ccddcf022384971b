"""Section 3, "Candidates": which offers may be used at all at `as_of`, and why the others may not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.audience import is_member
from tests.oracle.model import Case, Line, Offer, instant

CUSTOMER_LIMITS = (
    "per_customer_units",
    "per_customer_sku_units",
    "per_customer_orders",
    "per_customer_per_day_units",
    "per_customer_per_day_orders",
)


def candidates(case: Case) -> list[Offer]:
    return [offer for offer in case.offers if refusal(offer, case) is None]


def refusal(offer: Offer, case: Case) -> str | None:
    """The reason code why the offer is no candidate; None when it is one."""
    for check in (window, session, exhausted, places, person, limits, holdout, reach):
        reason = check(offer, case)
        if reason is not None:
            return reason
    return None


def window(offer: Offer, case: Case) -> str | None:
    if offer.coupon is None:
        return _outside(
            case.as_of, offer.raw["starts_at"], offer.raw["ends_at"], early="not_started", late="ended"
        )
    validity = offer.raw.get("validity", {"mode": "relative"})
    if validity["mode"] == "relative":  # Taken as held at a time that covers `as_of`.
        return None
    return _outside(
        case.as_of,
        validity["from"],
        validity["until"],
        early="coupon_not_yet_valid",
        late="coupon_expired",
    )


def _outside(as_of: datetime, start: str, end: str, *, early: str, late: str) -> str | None:
    if as_of < instant(start):
        return early
    return None if as_of < instant(end) else late


def session(offer: Offer, case: Case) -> str | None:
    schedule = offer.raw.get("schedule")
    if schedule is None or _in_session(schedule, case.as_of):
        return None
    return "not_in_session"


def _in_session(schedule: Mapping[str, Any], as_of: datetime) -> bool:
    """A session belongs to the day it begins on; one that ends at or before its start runs into the next."""
    local = as_of.astimezone(ZoneInfo(schedule["tz"])).replace(tzinfo=None)
    days = schedule.get("days", [1, 2, 3, 4, 5, 6, 7])
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if day.isoweekday() not in days:
            continue
        for one in schedule.get("sessions", [{"from": "00:00", "to": "00:00"}]):
            begin = datetime.combine(day, time.fromisoformat(one["from"]))
            end = datetime.combine(day, time.fromisoformat(one["to"]))
            if end <= begin:
                end += timedelta(days=1)
            if begin <= local < end:
                return True
    return False


def exhausted(offer: Offer, case: Case) -> str | None:
    """Stocks and budgets start unused: sold out only where there was nothing to sell."""
    if offer.layer == "item" and offer.raw.get("stock", {}).get("total") == 0:
        return "sold_out"
    if offer.budget is not None and offer.budget < offer.raw["budget"].get("stop_below", 0):
        return "budget_exhausted"
    return None


def places(offer: Offer, case: Case) -> str | None:
    targeting = offer.raw.get("targeting", {})
    for name in ("channel", "terminal", "region"):
        wanted = targeting.get(f"{name}s", [])
        if wanted and case.places[name] not in wanted:
            return name
    return None


def person(offer: Offer, case: Case) -> str | None:
    targeting = offer.raw.get("targeting", {})
    customer = case.customer
    levels = targeting.get("member_levels", [])
    if levels and (customer is None or customer.fields.get("member_level") not in levels):
        return "member_level"
    if targeting.get("new_customers_only", False) and not (customer and customer.is_new):
        return "new_customers_only"
    audiences = targeting.get("audiences", [])
    if audiences and not any(is_member(case, code) for code in audiences):
        return "audience"
    return None


def limits(offer: Offer, case: Case) -> str | None:
    """Nothing is used yet; but who counts by customer must know the customer."""
    rules = offer.raw.get("limits", {})
    known = case.customer is not None and case.customer.id is not None
    if not known and any(name in rules for name in CUSTOMER_LIMITS):
        return "customer_required"
    return None


def holdout(offer: Offer, case: Case) -> str | None:
    """The hash is the portal's own: only nobody (0) and everybody (10000) can be told from the text."""
    known = case.customer is not None and case.customer.id is not None
    return "holdout" if known and offer.raw.get("holdout_bps", 0) == 10000 else None


def reach(offer: Offer, case: Case) -> str | None:
    if any(in_scope(offer, line) for line in case.lines):
        return None
    return "out_of_scope"


def in_scope(offer: Offer, line: Line) -> bool:
    """Section 2 (unknown and excluded SKUs), section 3 (shop layers), the pack format (`scope`)."""
    sku = line.sku
    if sku is None or offer.owner in sku.excluded_from:
        return False
    if offer.layer in ("shop", "shop_coupon") and sku.shop != offer.shop:
        return False
    mode = offer.scope.get("mode", "all")
    if mode == "all":
        return True
    if mode == "exclude":
        return not _named(offer.scope, line)
    return _named(offer.scope, line) and not _named(offer.scope.get("except", {}), line)


def _named(lists: Mapping[str, Any], line: Line) -> bool:
    """Whether any of the lists names the SKU; a category stands for its subtree."""
    sku = line.sku
    assert sku is not None
    return (
        sku.code in lists.get("skus", [])
        or any(code in lists.get("categories", []) for code in sku.path)
        or sku.brand in lists.get("brands", [])
        or any(tag in lists.get("tags", []) for tag in sku.tags)
        or sku.shop in lists.get("shops", [])
    )


def compatible(one: Offer, other: Offer) -> bool:
    """One refusal is enough."""
    return other.layer in one.stacks_with and one.layer in other.stacks_with


def clash(one: Offer, other: Offer) -> bool:
    """Whether no set may hold both: a shared mutex, or two coupons of one layer (of one shop)."""
    if one.mutex is not None and one.mutex == other.mutex:
        return True
    if one.coupon is None or other.coupon is None or one.layer != other.layer:
        return False
    if one.layer == "shop_coupon" and one.shop != other.shop:
        return False
    return not (one.layer in one.stacks_with and other.layer in other.stacks_with)
