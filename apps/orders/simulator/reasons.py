"""Why an offer did not apply, in a sentence that can be told to a customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.enumerating import listed
from apps.offers.admin.words import local_time
from apps.pricing.money import format_money

TEXTS: dict[str, Promise] = {
    "not_started": _("It starts on %(starts_at)s."),
    "ended": _("It has ended."),
    "paused": _("It is paused."),
    "sold_out": _("It is sold out."),
    "stopped_sku": _("These goods were taken out of it."),
    "not_in_session": _("It does not run at this hour; next on %(next_session_at)s."),
    "excluded_sku": _("These goods are excluded from promotions."),
    "budget_exhausted": _("Its budget is used up."),
    "audience": _("The customer is not in its audience."),
    "holdout": _("The customer is in the holdout group."),
    "member_level": _("It is for other member levels."),
    "new_customers_only": _("It is for new customers only."),
    "channel": _("It is for another channel."),
    "terminal": _("It is for another terminal."),
    "region": _("It is for another region."),
    "customer_required": _("It needs a known customer."),
    "out_of_scope": _("It is for other goods."),
    "excluded_by": _("It cannot be combined with %(codes)s."),
    "not_best": _("Another choice of offers is better for the customer."),
    "no_effect": _("It would change nothing here."),
    "coupon_used": _("The coupon is used."),
    "coupon_held": _("The coupon is held by an unpaid order."),
    "coupon_expired": _("The coupon has expired."),
    "coupon_not_yet_valid": _("The coupon is not valid yet."),
    "unknown_coupon": _("The customer has no such coupon."),
}
#: where the numbers behind a reason are not known
PLAIN: dict[str, Promise] = {
    "not_started": _("It has not started."),
    "not_in_session": _("It does not run at this hour."),
    "limit_reached": _("The limit is reached."),
    "excluded_by": _("It cannot be combined with another offer."),
}
LIMITS: dict[str, Promise] = {
    "per_customer_units": _("At most %(allowed)s units per customer; %(used)s are bought."),
    "per_customer_orders": _("At most %(allowed)s orders per customer; %(used)s are placed."),
    "per_customer_per_day_units": _("At most %(allowed)s units per customer a day; %(used)s are bought."),
    "per_customer_per_day_orders": _("At most %(allowed)s orders per customer a day; %(used)s are placed."),
    "total_orders": _("At most %(allowed)s orders in all; %(used)s are placed."),
}
SOLD_OUT_BUT_HELD = _("Sold out for now; still to be paid and perhaps back: %(held_units)s.")
GAP_AMOUNT = _("Spend %(gap)s more and it applies.")
GAP_UNITS = _("Buy %(gap)s more and it applies.")
GAP_AMOUNT_TO = _("%(gap)s short of %(goal)s.")
GAP_UNITS_TO = _("Still %(gap)s short of %(goal)s.")


def in_words(
    entry: Mapping[str, Any], names: Mapping[str, str], currency: str, goals: Mapping[str, str] | None = None
) -> str:
    """One entry of `not_applied` in words; `names` and `goals` (满400减60) are those of offers by code."""
    reason = entry["reason"]
    if reason == "threshold_not_met":
        return _gap(entry, currency, (goals or {}).get(entry["offer"], ""))
    text = TEXTS.get(reason)
    if reason == "limit_reached":
        text = LIMITS.get(entry.get("limit", ""), PLAIN[reason])
    elif reason == "sold_out" and entry.get("held_units"):
        text = SOLD_OUT_BUT_HELD
    if text is None:
        return str(reason)
    numbers = {key: _write(key, value, names) for key, value in entry.items()}
    try:
        return str(text) % numbers
    except KeyError:
        return str(PLAIN.get(reason, reason))


def _gap(entry: Mapping[str, Any], currency: str, goal: str) -> str:
    """差20元未达满400减60."""
    pieces = entry.get("metric") == "quantity"
    text = (GAP_UNITS_TO if pieces else GAP_AMOUNT_TO) if goal else (GAP_UNITS if pieces else GAP_AMOUNT)
    gap = entry["gap"] if pieces else spoken(entry["gap"], currency) if goal else None
    return str(text) % {"gap": gap or format_money(entry["gap"], currency), "goal": goal}


def spoken(amount: int, currency: str) -> str:
    """An amount as it is said in a sentence: 20元 among Chinese words, else ¥20."""
    text = format_money(amount, currency)
    chinese = (get_language() or "").startswith("zh") and currency == "CNY"
    return f"{text.removeprefix('¥')}元" if chinese else text


def _write(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if key.endswith("_at") and isinstance(value, str | datetime):
        return local_time(value)
    if key == "codes":
        return listed(names.get(code, code) for code in value)
    return value
