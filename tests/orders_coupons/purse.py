"""Coupons in customers' hands, and how they and the budgets behind them stand."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from apps.core.clock import database_now, frozen
from apps.coupons.lifecycle import Source
from apps.coupons.models import Coupon, CouponEntry, TemplateAllowance
from apps.coupons.services.issue import How, Wanted, issue
from tests.coupons.world import a_template

BUDGET = {"amount": 100_000, "quantity": 100}


def ten_off(code: str = "ten", **changes: Any) -> Any:
    """满100减10, a platform coupon with a budget of ¥1,000 and 100 coupons."""
    return a_template(code, **{"budget": BUDGET, **changes})


def give(
    template: str = "ten", customer: str = "c1", quantity: int = 1, at: datetime | None = None
) -> list[str]:
    """The ids of coupons that the customer gets."""
    with transaction.atomic():
        how = How(Source.MEMBERSHIP)
        issued = issue([Wanted(template, customer, quantity)], how, now=at or database_now())
    return [one.code for one in issued]


def state(code: str) -> tuple[str, str]:
    """(state, order that has it)."""
    coupon = Coupon.objects.get(code=code)
    return coupon.state, coupon.order_code


def budget(template: str = "ten") -> tuple[int, int, int]:
    """(issued, reserved, spent), and that the ledger says the same."""
    names = ("issued_quantity", "reserved_amount", "spent_amount")
    rows = TemplateAllowance.objects.filter(template=template)
    kept = tuple(rows.aggregate(n=Sum(name))["n"] or 0 for name in names)
    told = CouponEntry.objects.filter(template=template)
    summed = tuple(
        told.aggregate(n=Sum(name))["n"] or 0 for name in ("quantity", "reserved_amount", "spent_amount")
    )
    assert kept == summed
    return kept  # type: ignore[return-value]


def events(code: str) -> list[str]:
    """What became of a coupon, in order."""
    return list(CouponEntry.objects.filter(coupon__code=code).order_by("id").values_list("event", flat=True))


def later(**delta: float) -> Any:
    """The clock that much later."""
    return frozen(database_now() + timedelta(**delta))
