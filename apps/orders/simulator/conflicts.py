"""Which of the offers that could apply exclude each other, and which of them wins here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext as _

from apps.orders.simulator.pricing import Simulated
from apps.orders.simulator.waterfall import LAYERS
from apps.pricing.book import lines_covered
from apps.pricing.candidate import compatible
from apps.pricing.offer import Offer

MOST = 12
#: what keeps an offer out of this cart although it runs for this customer
RIVALS = frozenset({"excluded_by", "not_best", "no_effect", "threshold_not_met"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """`winner` None: neither is used here."""

    one: Offer
    other: Offer
    why: str
    winner: Offer | None


def conflicts(found: Simulated) -> list[Conflict]:
    offers = found.book.offers.offers
    used = {entry["offer"] for entry in found.answer["offers"]}
    rivals = {e["offer"] for e in found.answer["not_applied"] if e["reason"] in RIVALS}
    running = sorted((offers[code] for code in used | rivals if code in offers), key=lambda o: o.order)
    pairs = combinations(running, 2)
    return [conflict for one, other in pairs for conflict in _between(found, one, other, used)][:MOST]


def _between(found: Simulated, one: Offer, other: Offer, used: set[str]) -> Iterator[Conflict]:
    lines = found.cart.lines
    if not lines_covered(one, lines) & lines_covered(other, lines):
        return
    winners = [offer for offer in (one, other) if offer.code in used]
    if len(winners) == 2:
        return  # each has goods of its own
    if one.mutex is not None and one.mutex == other.mutex:
        why = _("exclusion group %(name)s") % {"name": one.mutex}
    elif one.layer is other.layer and not compatible(one, other):
        why = _("same layer: %(layer)s") % {"layer": LAYERS[one.layer.value]}
    elif not compatible(one, other):
        why = _("%(one)s and %(other)s do not stack here") % {
            "one": LAYERS[one.layer.value],
            "other": LAYERS[other.layer.value],
        }
    else:
        return
    yield Conflict(one, other, why, winners[0] if winners else None)
