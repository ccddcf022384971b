"""How much of each SKU a running activity has sold and unpaid orders hold; told by the app that keeps orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """Units at the activity's price, over the span that its stock counts now."""

    sold: int
    held: int


#: by SKU, of the activity with a code; SKUs without a stock of their own are not counted
Counter = Callable[[str], Mapping[str, Taken]]

_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """There is one who counts; who registers last."""
    _counters[:] = [counter]


def taken_of(code: str) -> Mapping[str, Taken]:
    return _counters[0](code) if _counters else {}
