"""The price history of one SKU as lines of a small drawing, with the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.orders.price_past import PriceDay, history_of

WIDTH, HEIGHT, EDGE = 600, 120, 6


@dataclass(frozen=True, slots=True)
class Chart:
    """`points` of each line as SVG wants them; `low` and `high` are the ends of the scale in minor units."""

    days: list[PriceDay]
    listed: str
    promotion: str
    paid: list[tuple[str, str]]
    low: int
    high: int
    lowest: int | None

    width, height = WIDTH, HEIGHT

    @property
    def box(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"


def chart_of(sku: str, until: datetime) -> Chart | None:
    """None where no price of it is known yet."""
    days = history_of(sku, until)
    amounts = [amount for day in days for amount in day[1:] if amount is not None]
    if not amounts:
        return None
    low, high = min(amounts), max(amounts)
    return Chart(
        days,
        _steps(days, [day.listed for day in days], low, high),
        _steps(days, [day.promotion for day in days], low, high),
        [
            (f"{_across(i + 0.5, days):.1f}", f"{_down(day.paid, low, high):.1f}")
            for i, day in enumerate(days)
            if day.paid is not None
        ],
        low,
        high,
        min((day.promotion for day in days if day.promotion is not None), default=None),
    )


def _steps(days: Sequence[PriceDay], amounts: Sequence[int | None], low: int, high: int) -> str:
    """A day is a level stretch: prices do not slope."""
    points = []
    for i, amount in enumerate(amounts):
        if amount is not None:
            down = f"{_down(amount, low, high):.1f}"
            points += [f"{_across(i, days):.1f},{down}", f"{_across(i + 1, days):.1f},{down}"]
    return " ".join(points)


def _across(day: float, days: Sequence[PriceDay]) -> float:
    return WIDTH * day / len(days)


def _down(amount: int, low: int, high: int) -> float:
    share = (amount - low) / (high - low) if high > low else 0.5
    return EDGE + (HEIGHT - 2 * EDGE) * (1 - share)
