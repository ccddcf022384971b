"""The history read: the lowest prices beside `POST /prices`, and the days of one SKU for its page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.impact.models.prices import PaidLow, PriceSpan
from apps.orders.price_past import PriceDay

DAYS = 30
# One index scan for all SKUs of a call, as JSON text; the stretch that still runs counts, too.
LOWS = """(
    SELECT json_object_agg(low.sku, json_build_array(low.week, low.month))::text FROM (
        SELECT p.sku, min(p.price_amount) FILTER (
                WHERE p.ends_at IS NULL OR p.ends_at > {now} - interval '7 days') AS week,
            min(p.price_amount) AS month
        FROM impact_pricespan p
        WHERE p.sku = ANY(%(skus)s) AND (p.ends_at IS NULL OR p.ends_at > {now} - interval '30 days')
        GROUP BY p.sku) low
)"""


def history(sku: str, until: datetime) -> list[PriceDay]:
    """The days up to `until`, oldest first, in the portal's time zone; two statements."""
    zone = ZoneInfo(settings.TIME_ZONE)
    last = until.astimezone(zone).date()
    days = [last - timedelta(days=i) for i in range(DAYS - 1, -1, -1)]
    since = _begin(days[0], zone)
    spans = [
        span
        for span in PriceSpan.objects.filter(sku=sku, starts_at__lt=_begin(last + timedelta(days=1), zone))
        if span.ends_at is None or span.ends_at > since
    ]
    paid = dict(PaidLow.objects.filter(sku=sku, day__gte=days[0], day__lte=last).values_list("day", "amount"))
    return [_day(day, spans, paid.get(day), zone) for day in days]


def _day(day: date, spans: list[PriceSpan], paid: int | None, zone: ZoneInfo) -> PriceDay:
    starts, ends = _begin(day, zone), _begin(day + timedelta(days=1), zone)
    there = [
        span for span in spans if span.starts_at < ends and (span.ends_at is None or span.ends_at > starts)
    ]
    return PriceDay(
        day,
        min((span.list_amount for span in there), default=None),
        min((span.price_amount for span in there), default=None),
        paid,
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
