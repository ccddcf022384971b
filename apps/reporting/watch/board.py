"""The rows of the watch board: a constant number of statements, whatever sells and however much.

Of what runs the newest `WATCHED` are looked at, and the `SHOWN` that matter most are shown: odd ones first, then paused
ones, then by orders a minute. The list of activities has all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.scope import may_write, visible
from apps.activities.lifecycle import Action, State, allowed
from apps.activities.models import Activity
from apps.activities.selectors import status_by_clock
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.offers.admin.looks import STATE_LOOKS
from apps.offers.lifecycle import RUNNING
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER, LiveBook
from apps.orders.stock import NO_LIMIT, Level, Stock, stocks_of
from apps.pricing.usage import UNUSED
from apps.reporting.watch.alarms import NO_ORDER, Alarm, alarms_of
from apps.reporting.watch.forecasts import depths_of
from apps.reporting.watch.trade import Trade, trades_of

WATCHED = 60
SHOWN = 12
MAY = "activities.view_activity"


@dataclass(frozen=True, slots=True)
class Row:
    """One activity that sells: its numbers, what is odd, what this person may do about it."""

    activity: Activity
    state: State
    trade: Trade
    alarms: tuple[Alarm, ...]
    forecast_bps: int | None
    stock: Stock = NO_LIMIT
    budget: Level | None = None
    doings: frozenset[str] = field(default_factory=frozenset)

    @property
    def look(self) -> str:
        return STATE_LOOKS.get(self.state, "")

    @property
    def whole(self) -> Level | None:
        """One bar for the stock, over all SKUs where only those have one."""
        if self.stock.whole is not None or not self.stock.by_sku:
            return self.stock.whole
        return Level("", sum(level.total for level in self.stock.by_sku), self.stock.sold, self.stock.held)

    @property
    def held_units(self) -> int:
        return self.trade.held_units

    @property
    def watch_url(self) -> str:
        return reverse("admin:orders_live", args=[self.activity.code])


@dataclass(frozen=True, slots=True)
class Board:
    now: datetime
    rows: list[Row]
    more: bool
    currency: str

    @property
    def alarms(self) -> list[tuple[Row, Alarm]]:
        """One line each, but for those that have sold nothing: there may be many, and nothing is lost with them."""
        return [(row, alarm) for row in self.rows for alarm in row.alarms if alarm.code != NO_ORDER]

    @property
    def quiet(self) -> list[Row]:
        return [row for row in self.rows if any(alarm.code == NO_ORDER for alarm in row.alarms)]


def running_now(now: datetime, user: User) -> QuerySet[Activity]:
    """What prices at this moment or would if nobody had paused it, the newest first; without its document."""
    readable = visible(user, Activity.objects.all())
    running = readable.filter(status__in=list(RUNNING), starts_at__lte=now, ends_at__gt=now)
    return running.order_by("-starts_at", "-id")


def board_for(user: User) -> Board:
    now = database_now()
    watched = list(running_now(now, user)[: WATCHED + 1])
    trades = trades_of([activity.code for activity in watched[:WATCHED]])
    forecasts = depths_of(trades)
    currency = portal().currency
    rows = [_row(activity, trades[activity.code], forecasts, currency) for activity in watched[:WATCHED]]
    rows.sort(key=_weight)
    shown = rows[:SHOWN]
    return Board(now, _filled(shown, user, now), len(watched) > len(shown), currency)


def _row(activity: Activity, trade: Trade, forecasts: dict[str, int], currency: str) -> Row:
    state = status_by_clock(activity, trade.now)
    forecast = forecasts.get(activity.code)
    odd: tuple[Alarm, ...] = ()
    if state is State.LIVE:
        odd = tuple(alarms_of(trade, started_at=activity.starts_at, forecast_bps=forecast, currency=currency))
    return Row(activity, state, trade, odd, forecast)


def _weight(row: Row) -> tuple[Any, ...]:
    losing = any(alarm.code != NO_ORDER for alarm in row.alarms)
    odd = (not losing, row.state is not State.PAUSED, not row.alarms)
    return (*odd, -row.trade.last_minute, -row.trade.orders)


def _filled(rows: list[Row], user: User, now: datetime) -> list[Row]:
    """The same rows with their bars: the counters of those that are shown, and of no others."""
    book = KEEPER.at_least(book_version())
    offers = [offer for row in rows if (offer := book.offers.offers.get(row.activity.code)) is not None]
    stocks = stocks_of(offers, book.usages, now)
    return [
        Row(
            row.activity,
            row.state,
            row.trade,
            row.alarms,
            row.forecast_bps,
            stocks.get(row.activity.code, NO_LIMIT),
            _budget(row, book),
            doings_of(row.activity, user),
        )
        for row in rows
    ]


def _budget(row: Row, book: LiveBook) -> Level | None:
    """Money as a bar: used and held of what there is."""
    offer = book.offers.offers.get(row.activity.code)
    if offer is None:
        return None
    lowered = book.usages.get(offer.code, UNUSED).budget_amount
    total = offer.budget_amount if lowered is None else lowered
    return None if total is None else Level("", total, row.trade.budget_used, row.trade.budget_held)


def doings_of(activity: Activity, user: User) -> frozenset[str]:
    """Which of the row's buttons this person has: the lifecycle table's word."""
    if not may_write(user, activity):
        return frozenset()
    rows = {
        action: allowed(activity.status, activity.pending, action)
        for action in (Action.PAUSE, Action.STOP_SKUS, Action.REVISE)
    }
    return frozenset(
        action.value
        for action, row in rows.items()
        if row is not None and row.permission and user.has_perm(row.permission)
    )
