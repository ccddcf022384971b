"""What a template or a campaign may cost at most, said while it is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.currency import money
from apps.coupons.outstanding import worst_of_items
from apps.coupons.worst_case import worst_case


@dataclass(frozen=True, slots=True)
class Exposure:
    """`amount` None: nothing bounds it in money. `warning` is what somebody should see before they go on."""

    amount: int | None
    lines: Sequence[str]
    warning: str = ""


def of_template(content: Mapping[str, Any]) -> Exposure:
    """A template's document: the worst case of each coupon, times the number, within the money."""
    worst, budget = worst_case(content), content["budget"]
    quantity, amount = budget["quantity"], budget["amount"]
    if worst is None:
        lines = [_("What one coupon may cost has no bound in money.")]
        lines += (
            [_("At most %(number)s coupons.") % {"number": f"{quantity:,}"}] if quantity is not None else []
        )
        return Exposure(None, lines, "" if quantity is not None else no_limit())
    each = _("Each coupon costs %(money)s at worst.") % {"money": money(worst)}
    return _bounded(worst, quantity, amount, each)


def _bounded(worst: int, quantity: int | None, amount: int | None, each: str) -> Exposure:
    whole = None if quantity is None else worst * quantity
    lines = [each]
    if whole is not None and quantity is not None:
        lines.append(_("%(number)s coupons: %(money)s.") % {"number": f"{quantity:,}", "money": money(whole)})
    if amount is not None and worst:
        lines.append(_("The money is enough for %(number)s coupons.") % {"number": f"{amount // worst:,}"})
    known = [one for one in (whole, amount) if one is not None]
    warning = "" if known else no_limit()
    if whole is not None and amount is not None and amount < whole:
        warning = _("The money ends before the number of coupons does.")
    return Exposure(min(known) if known else None, lines, warning)


def of_campaign(content: Mapping[str, Any]) -> Exposure:
    """A campaign's document: the worst case of all that one claim gives, times the claims."""
    each, quantity = worst_of_items(content["items"]), content["quantity"]
    if each is None:
        return Exposure(None, [_("What one claim may cost has no bound in money.")])
    numbers = {"number": f"{quantity:,}", "money": money(each)}
    return Exposure(quantity * each, [_("%(number)s claims of %(money)s each at worst.") % numbers])


def no_limit() -> str:
    return _("Nothing limits it: neither money nor a number of coupons.")
