"""One activity while it sells: what is sold, held unpaid and left, orders a minute; fresh every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts.scope import visible
from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.core.clock import now_sql
from apps.offers.admin.looks import STATE_LOOKS
from apps.offers.admin.preview import say
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.orders.stock import NO_LIMIT, Level, Stock, stocks_of

MAY = "activities.view_activity"
MINUTES = 10
SHOWN_SKUS = 50
# Of the newest orders with the offer only: the panel costs the same however many there are.
NEWEST = 5_000
ORDERS = """
WITH newest AS (SELECT order_id FROM orders_orderuse WHERE offer = %(offer)s ORDER BY order_id DESC LIMIT %(most)s),
    clock AS MATERIALIZED (SELECT {now} AS now)
SELECT clock.now,
    (SELECT json_object_agg(minute, orders) FROM (
        SELECT floor(extract(epoch FROM clock.now - o.created_at) / 60)::int AS minute, count(*) AS orders
        FROM newest JOIN orders_order o ON o.id = newest.order_id
        WHERE o.created_at > clock.now - make_interval(mins => %(minutes)s) GROUP BY 1) counted),
    (SELECT count(*) FROM newest JOIN orders_order o ON o.id = newest.order_id
        WHERE o.state = 'held' AND o.held_until > clock.now)
FROM clock
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """Orders of each of the last minutes, the oldest first, and how many wait for payment."""

    now: Any
    minutes: list[int]
    waiting: int

    @property
    def a_minute(self) -> int:
        return self.minutes[-1]

    @property
    def bars(self) -> list[tuple[int, int]]:
        """(orders, height in percent) of each minute."""
        most = max(self.minutes) or 1
        return [(orders, round(100 * orders / most)) for orders in self.minutes]


def pace_of(offer: str) -> Pace:
    now, parameters = now_sql()
    names: dict[str, Any] = {"offer": offer, "most": NEWEST, "minutes": MINUTES}
    if parameters:
        now, names["now"] = now.replace("%s", "%(now)s"), parameters[0]
    with connection.cursor() as cursor:
        cursor.execute(ORDERS.format(now=now), names)
        row = cursor.fetchone()
    assert row is not None
    found = row[1] or {}
    return Pace(row[0], [found.get(str(back), 0) for back in range(MINUTES - 1, -1, -1)], row[2])


def numbers_of(activity: Activity) -> dict[str, Any]:
    """The part of the page that changes."""
    pace = pace_of(activity.code)
    book = KEEPER.at_least(book_version())
    offer = book.offers.offers.get(activity.code)
    stock: Stock = (
        NO_LIMIT if offer is None else stocks_of([offer], book.usages, pace.now).get(activity.code, NO_LIMIT)
    )
    levels = sorted(stock.by_sku, key=lambda level: (level.left, -level.sold, level.sku))[:SHOWN_SKUS]
    names = dict(Sku.objects.filter(code__in=[level.sku for level in levels]).values_list("code", "name"))
    return {
        "activity": activity,
        "look": STATE_LOOKS.get(activity.status, ""),
        "pace": pace,
        "stock": stock,
        "whole": stock.whole or _together(stock),
        "levels": [{"level": level, "name": names.get(level.sku, "")} for level in levels],
        "hidden": len(stock.by_sku) - len(levels),
        "waiting_for_last": activity.status == "live" and stock.left == 0 and stock.held > 0,
    }


def _together(stock: Stock) -> Level | None:
    """One bar over all SKUs, where only those have a stock."""
    if not stock.by_sku:
        return None
    total = sum(level.total for level in stock.by_sku)
    return Level("", total, stock.sold, stock.held)


def live_view(admin_site: AdminSite, request: HttpRequest, code: str) -> HttpResponse:
    activity = _asked(request, code)
    if activity.current is None:
        raise Http404
    context = {
        **admin_site.each_context(request),
        **numbers_of(activity),
        "title": activity.name,
        "sentence": say(activity.current.content),
        "numbers_url": reverse("admin:orders_live_numbers", args=[code]),
        "activity_url": reverse("admin:activities_activity_change", args=[activity.pk]),
    }
    return TemplateResponse(request, "admin/orders/live.html", context)


def numbers_view(request: HttpRequest, code: str) -> HttpResponse:
    """Only what changes, to be put in place by the page."""
    answer = TemplateResponse(request, "admin/orders/live_numbers.html", numbers_of(_asked(request, code)))
    answer["Cache-Control"] = "no-store"
    return answer


def _asked(request: HttpRequest, code: str) -> Activity:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    activities = visible(request.user, Activity.objects.select_related("current"))
    activity = activities.filter(code=code).first()
    if activity is None:
        raise Http404
    return activity
