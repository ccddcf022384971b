"""What the approved versions of the offers used say beyond the price: who bears it, what a refund does to it.

They are kept in the process as long as the book has the same offer. Where the journal names one that is read since the
book that priced, the price is stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import orjson

from apps.core.prepared import fetch_prepared
from apps.pricing.offer import Offer

STATEMENT = """
SELECT (SELECT json_agg(json_build_array(activity.code, version.number,
            version.content->'bearers', version.content->'restock', version.content->'clawback', NULL, 0))::text
        FROM activities_activity activity JOIN activities_activityversion version ON version.id = activity.current_id
        WHERE activity.code = ANY(%(offers)s)),
       (SELECT json_agg(json_build_array(template.code, version.number, version.content->'bearers', false, 'waive',
            version.content->'return_policy', version.content->'return_grace_hours'))::text
        FROM coupons_coupontemplate template JOIN coupons_templateversion version ON version.id = template.current_id
        WHERE template.code = ANY(%(offers)s)),
       EXISTS (SELECT FROM offers_bookchange WHERE id > %(book)s AND offer_code = ANY(%(offers)s))
"""
PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one offer: its version's number, [(party, bps)], whether refunded units go back, whether used rewards cost.

    Of a coupon's offer also when a used one goes back to its customer, and how long it lives then at least.
    """

    version: int
    bearers: tuple[tuple[str, int], ...]
    restock: bool
    clawback: str
    return_policy: str | None = None
    return_grace_hours: int = 0

    def as_json(self) -> dict[str, Any]:
        said = {"bearers": self.bearers, "restock": self.restock, "clawback": self.clawback}
        if self.return_policy is None:
            return said
        return {
            **said,
            "return_policy": self.return_policy,
            "return_grace_hours": self.return_grace_hours,
        }


# What is known of an offer as a book has it; it is read anew when the book has another object for the code.
_known: dict[str, tuple[Offer, Terms]] = {}


def terms_of(offers: Sequence[Offer], book: int) -> Mapping[str, Terms] | None:
    """The terms by offer, or None when one of them has changed since the book; no statement where all are known."""
    unknown = {offer.code: offer for offer in offers if _of(offer) is None}
    if unknown:
        names = {"offers": list(unknown), "book": book}
        activities, templates, changed = fetch_prepared(STATEMENT, names)
        if changed:
            return None
        for rows in (activities, templates):
            for code, number, bearers, restock, clawback, policy, hours in orjson.loads(rows or "[]"):
                read = Terms(number, _bearers(bearers), bool(restock), clawback, policy, hours)
                _known[code] = unknown[code], read
    return {offer.code: said for offer in offers if (said := _of(offer)) is not None}


def _of(offer: Offer) -> Terms | None:
    known, said = _known.get(offer.code, (None, None))
    return said if known is offer else None


def _bearers(said: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[str, int], ...]:
    return tuple((one["party"], one["bps"]) for one in said or ())


def borne(amount: int, bearers: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """`amount` split over its bearers by largest remainders, in their order; without any the platform bears it."""
    if not bearers:
        return [(PLATFORM, amount)]
    parts = [amount * bps // 10_000 for _, bps in bearers]
    order = sorted(range(len(bearers)), key=lambda i: (-(amount * bearers[i][1] % 10_000), i))
    for position in order[: amount - sum(parts)]:
        parts[position] += 1
    return [(party, part) for (party, _), part in zip(bearers, parts, strict=True)]


def borne_of_first(parts: Sequence[tuple[str, int]], first: int) -> list[tuple[str, int]]:
    """What each bearer carries of the first `first` minor units of a share that was split like this.

    Nested like the rule for parts of a segment: growing `first` lowers nobody's part, and all of it is exactly `parts`.
    """
    sums = list(accumulate(part for _, part in parts))
    totals = [0] * len(parts)
    carried = first
    for position in range(len(parts) - 1, -1, -1):
        totals[position] = carried
        if position:
            carried = carried * sums[position - 1] // sums[position] if sums[position] else 0
    return [
        (party, total - before)
        for (party, _), total, before in zip(parts, totals, [0, *totals], strict=False)
    ]
