"""Small drawings of the numbers as SVG, in the colours of the page; each stands beside a table of the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apps.reporting.reports.numbers import Numbers

WIDTH, HEIGHT, TOP, BOTTOM = 720.0, 200.0, 12.0, 22.0
GAP = 0.25
#: that many labels fit under the bars
MOST_LABELS = 12
MOST_DAYS = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `label` is empty where there is no room for one."""

    day: date
    value: int
    x: str
    y: str
    width: str
    height: str
    middle: str
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    bars: list[Bar]
    most: int
    base: str = f"{HEIGHT - BOTTOM:.1f}"
    box: str = f"0 0 {WIDTH:.0f} {HEIGHT:.0f}"
    width: int = int(WIDTH)
    foot: str = f"{HEIGHT - 6:.0f}"


def bars_of(days: Sequence[tuple[date, Numbers]], name: str = "gmv") -> Bars | None:
    """A bar for every day from the first to the last, those without sales empty; None without any day."""
    values = {day: int(getattr(numbers, name)) for day, numbers in days}
    if not values:
        return None
    last = max(values)
    first = max(min(values), last - timedelta(days=MOST_DAYS - 1))
    every = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    most = max(*values.values(), 1)
    step = WIDTH / max(len(every), 7)
    labelled = -(-len(every) // MOST_LABELS)
    bars = []
    for number, day in enumerate(every):
        value = max(0, values.get(day, 0))
        height = (HEIGHT - TOP - BOTTOM) * value / most
        bars.append(
            Bar(
                day,
                values.get(day, 0),
                f"{number * step + step * GAP / 2:.1f}",
                f"{HEIGHT - BOTTOM - height:.1f}",
                f"{step * (1 - GAP):.1f}",
                f"{height:.1f}",
                f"{number * step + step / 2:.1f}",
                f"{day.month}-{day.day}" if number % labelled == 0 else "",
            )
        )
    return Bars(bars, most)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a funnel; `width` in percent of the widest, `of_bps` of the stage before that counts the same."""

    code: str
    label: object
    value: int
    width: int
    of_bps: int | None


#: these count coupons, the others people
COUPONS = frozenset({"claimed", "used"})


def funnel_of(stages: Sequence[tuple[str, object, int]]) -> list[Stage]:
    most = max((value for _code, _label, value in stages), default=0) or 1
    found: list[Stage] = []
    for code, label, value in stages:
        same = [one.value for one in found if (one.code in COUPONS) == (code in COUPONS)]
        before = same[-1] if same else 0
        share = round(10_000 * value / before) if before else None
        found.append(Stage(code, label, value, max(1, round(100 * value / most)) if value else 0, share))
    return found
