"""Why an offer did not apply, in a sentence that can be told to a customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.offers.admin.words import local_time
from apps.pricing.money import format_money

TEXTS: dict[str, Promise] = {
    "not_started": _("It starts on %(starts_at)s."),
    "ended": _("It has ended."),
    "paused": _("It is paused."),
    "sold_out": _("It is sold out."),
    "stopped_sku": _("These goods were taken out of it."),
    "not_in_session": _("It does not run at this hour."),
    "excluded_sku": _("These goods are excluded from promotions."),
    "budget_exhausted": _("Its budget is used up."),
    "audience": _("The customer is not in its audience."),
    "holdout": _("The customer is in the holdout group."),
    "member_level": _("It is for other member levels."),
    "new_customers_only": _("It is for new customers only."),
    "channel": _("It is for another channel."),
    "terminal": _("It is for another terminal."),
    "region": _("It is for another region."),
    "limit_reached": _("The limit is reached."),
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
GAP_AMOUNT = _("Spend %(gap)s more and it applies.")
GAP_UNITS = _("Buy %(gap)s more and it applies.")


def in_words(entry: Mapping[str, Any], names: Mapping[str, str], currency: str) -> str:
    """One entry of `not_applied` in words; `names` are those of offers by code."""
    reason = entry["reason"]
    if reason == "threshold_not_met":
        if entry.get("metric") == "quantity":
            return str(GAP_UNITS) % {"gap": entry["gap"]}
        return str(GAP_AMOUNT) % {"gap": format_money(entry["gap"], currency)}
    text = TEXTS.get(reason)
    if text is None:
        return str(reason)
    numbers = {key: _write(key, value, names) for key, value in entry.items()}
    try:
        return str(text) % numbers
    except KeyError:
        return str(text).split("%")[0].rstrip()


def _write(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if key.endswith("_at") and isinstance(value, str | datetime):
        return local_time(value)
    if key == "codes":
        return "、".join(names.get(code, code) for code in value)
    return value
