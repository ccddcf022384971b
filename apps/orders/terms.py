"""What the approved versions of the offers used say beyond the price: who bears it, what a refund does to it.

The same statement tells whether the journal names one of them since the book that priced: then the price is stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import orjson

from apps.core.prepared import fetch_prepared

STATEMENT = """
SELECT (SELECT json_agg(json_build_array(activity.code, version.number,
            version.content->'bearers', version.content->'restock', version.content->'clawback'))::text
        FROM activities_activity activity JOIN activities_activityversion version ON version.id = activity.current_id
        WHERE activity.code = ANY(%(offers)s)),
       EXISTS (SELECT FROM offers_bookchange WHERE id > %(book)s AND offer_code = ANY(%(offers)s))
"""
PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one offer: its version's number, [(party, bps)], whether refunded units go back, whether used rewards cost."""

    version: int
    bearers: tuple[tuple[str, int], ...]
    restock: bool
    clawback: str

    def as_json(self) -> dict[str, Any]:
        return {"bearers": self.bearers, "restock": self.restock, "clawback": self.clawback}


def terms_of(offers: Sequence[str], book: int) -> Mapping[str, Terms] | None:
    """The terms by offer, or None when one of them has changed since the book."""
    if not offers:
        return {}
    rows, changed = fetch_prepared(STATEMENT, {"offers": list(offers), "book": book})
    if changed:
        return None
    return {
        code: Terms(number, _bearers(bearers), bool(restock), clawback)
        for code, number, bearers, restock, clawback in orjson.loads(rows or "[]")
    }


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
