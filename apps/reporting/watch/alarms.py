"""What looks wrong about something that sells, in words: pure over numbers that were read before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from apps.pricing.money import BPS, format_money, format_percent
from apps.reporting.watch.trade import Trade

NO_ORDER = "no_order"
# Of fewer orders nobody's share says anything.
ORDERS_FOR_A_SHARE = 10


@dataclass(frozen=True, slots=True)
class Alarm:
    """`code` for tests and machines, `text` for people."""

    code: str
    text: str


def alarms_of(
    trade: Trade, *, started_at: datetime, forecast_bps: int | None, currency: str
) -> Iterator[Alarm]:
    """The gravest first. `forecast_bps` is the depth that was foreseen, None where nobody did."""
    if trade.low_orders and trade.low_price is not None and trade.low_floor is not None:
        yield Alarm(
            "below_floor",
            _(
                "%(sku)s was sold at %(price)s, below its floor of %(floor)s (orders in ten minutes: %(orders)s)"
            )
            % {
                "sku": trade.low_sku,
                "price": format_money(trade.low_price, currency),
                "floor": format_money(trade.low_floor, currency),
                "orders": trade.low_orders,
            },
        )
    yield from _depth(trade, forecast_bps)
    yield from _quiet(trade, started_at)
    yield from _share(trade)


def _depth(trade: Trade, forecast_bps: int | None) -> Iterator[Alarm]:
    depth = trade.depth_bps
    if depth is None:
        return
    if forecast_bps is not None:
        if depth > 2 * forecast_bps:
            yield Alarm(
                "depth",
                _("%(depth)s off on average: more than twice the forecast of %(forecast)s")
                % {"depth": _percent(depth), "forecast": _percent(forecast_bps)},
            )
    elif depth > settings.WATCH_DEPTH_LIMIT_BPS:
        yield Alarm(
            "depth",
            _("%(depth)s off on average: more than the limit of %(limit)s")
            % {"depth": _percent(depth), "limit": _percent(settings.WATCH_DEPTH_LIMIT_BPS)},
        )


def _quiet(trade: Trade, started_at: datetime) -> Iterator[Alarm]:
    quiet = timedelta(minutes=settings.WATCH_QUIET_MINUTES)
    if not trade.ever_sold and trade.now - started_at >= quiet:
        yield Alarm(
            NO_ORDER,
            _("No order yet, more than %(minutes)s minutes after the start")
            % {"minutes": settings.WATCH_QUIET_MINUTES},
        )


def _share(trade: Trade) -> Iterator[Alarm]:
    """Of the discount, not of the orders: money is what leaves."""
    if trade.customer is None or trade.orders < ORDERS_FOR_A_SHARE or not trade.discount:
        return
    share = BPS * trade.customer_discount // trade.discount
    if share >= settings.WATCH_CUSTOMER_SHARE_BPS:
        yield Alarm(
            "one_customer",
            _("Customer %(customer)s has %(share)s of the discount of the last ten minutes")
            % {"customer": trade.customer, "share": _percent(share)},
        )


def _percent(bps: int) -> str:
    """Whole percents: nobody reads more in a hurry."""
    return format_percent(round(bps, -2))
