"""最多花: the most that an activity may cost, in words, beside its editor and before its approver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.offers.admin.preview import skus_reached
from apps.offers.exposure import Bound, BoundBy, exposure_of
from apps.pricing.kinds import kind_from_json
from apps.pricing.money import format_money


@dataclass(frozen=True, slots=True)
class Said:
    """`amount` None: nothing bounds it in money. `warning` is what somebody should see before they go on."""

    amount: int | None
    lines: Sequence[str]
    warning: str = ""


def said_exposure(content: Mapping[str, Any], currency: str) -> Said:
    """Of a faultless document; one statement for the prices."""
    found = exposure_of(content, _goods(content))
    lines = [_in_words(bound, currency) for bound in found.bounds]
    warning = "" if found.bounds else _("Nothing limits it: neither money, nor stock, nor orders in all.")
    return Said(found.amount, lines, warning)


def _goods(content: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    reached = skus_reached(content, faultless=True).order_by("-price_amount")
    named = kind_from_json(content["kind"], content["params"]).only_skus()
    return list(reached.values_list("pk", "price_amount")[: 1 if named is None else None])


def _in_words(bound: Bound, currency: str) -> str:
    numbers = {
        "money": format_money(bound.amount, currency),
        "number": f"{bound.count or 0:,}",
        "each": format_money(bound.each or 0, currency),
    }
    match bound.by:
        case BoundBy.BUDGET:
            return _("Budget: %(money)s.") % numbers
        case BoundBy.ORDERS:
            return _("%(number)s orders of %(each)s each at worst: %(money)s.") % numbers
        case BoundBy.STOCK:
            return _("%(number)s units of %(each)s each at worst: %(money)s.") % numbers
        case BoundBy.SKU_STOCK:
            return _("%(number)s units, each SKU by its own stock: %(money)s.") % numbers
