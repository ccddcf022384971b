"""The calendar of an event as its template draws it: rows with words, bars with what they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.activities.events.calendar import Calendar
from apps.offers.forms.labels import LAYER_LABELS
from apps.pricing.layers import LAYERS

LANE = 1.625  # rem
ROW_LABELS: Sequence[str | Promise] = (
    *(LAYER_LABELS[layer] for layer in LAYERS),
    _("coupon templates"),
    _("claim campaigns"),
)


@dataclass(frozen=True)
class DrawnBar:
    line: Any
    left: str
    width: str
    top: str


@dataclass(frozen=True)
class DrawnRow:
    """`first` of its shop, whose name it shows."""

    shop: str | Promise
    label: str | Promise
    first: bool
    height: str
    bars: Sequence[DrawnBar]


@dataclass(frozen=True)
class DrawnTick:
    left: str
    text: str


def rows_of(calendar: Calendar, lines: Mapping[str, Any], shops: Mapping[str, str]) -> Iterator[DrawnRow]:
    """In the order of the calendar, the platform's own first."""
    before = None
    for row in calendar.rows:
        shop, rank = row.row
        yield DrawnRow(
            shop=shops.get(shop, shop) or _("the platform"),
            label=ROW_LABELS[rank],
            first=shop != before,
            height=_rem(row.lanes),
            bars=[
                DrawnBar(lines[bar.key], bar.left, bar.width, _rem(bar.lane, inset=0.125)) for bar in row.bars
            ],
        )
        before = shop


def ticks_of(calendar: Calendar) -> Iterator[DrawnTick]:
    """Days by their date; where hours matter, midnight says which day begins."""
    zone = ZoneInfo(settings.TIME_ZONE)
    whole_days = calendar.ends_at - calendar.starts_at > timedelta(days=3)
    for tick in calendar.ticks:
        local = tick.at.astimezone(zone)
        day = f"{local.month}/{local.day}"
        yield DrawnTick(tick.left, day if whole_days or local.hour == 0 else f"{local:%H:%M}")


def _rem(lanes: int, inset: float = 0.0) -> str:
    return f"{max(lanes, 0) * LANE + (inset or 0.125):.3f}"
