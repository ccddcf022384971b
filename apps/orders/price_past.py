"""The price history lies in an app above this one, which says here how to read it.

`register(lows, history)`: `lows` is a scalar subquery that rides along with the statement of `POST /prices` (parameter
`skus`, placeholder `{now}`): JSON text of SKU -> [lowest in 7 days, lowest in 30 days]. `history` tells one SKU's days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

import orjson

Lows = tuple[int | None, int | None]
NO_LOWS: Lows = (None, None)
NOTHING = "NULL::text"


class PriceDay(NamedTuple):
    """One day of a SKU, minor units: list price and lowest promotion price at any time of it, lowest price paid."""

    day: date
    listed: int | None
    promotion: int | None
    paid: int | None


History = Callable[[str, datetime], list[PriceDay]]
_lows: list[str] = []
_histories: list[History] = []


def register(lows: str, history: History) -> None:
    _lows[:], _histories[:] = [lows], [history]


def lows_sql() -> str:
    return _lows[0] if _lows else NOTHING


def read_lows(document: str | None) -> Mapping[str, Lows]:
    if not document:
        return {}
    return {sku: (week, month) for sku, (week, month) in orjson.loads(document).items()}


def history_of(sku: str, until: datetime) -> list[PriceDay]:
    """The last thirty days, oldest first; nothing where nobody keeps a history."""
    return _histories[0](sku, until) if _histories else []
