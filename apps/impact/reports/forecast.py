"""What it would have done to the orders of the last weeks: each of a sample priced without it and with it.

The same people, carts and hours, moved into the window of the document; stock, limits and budgets count as unused,
so the cost is cut at the most that it can be. Days without orders count, sampled days stand for all their orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncDate

from apps.catalog.models import Sku
from apps.impact.reports.bootstrap import expected, interval
from apps.impact.reports.scene import Scene
from apps.orders.lifecycle import SOLD
from apps.orders.models import Order
from apps.orders.repricing import as_ordered
from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, Coupon
from apps.pricing.engine import price
from apps.pricing.money import BPS
from apps.pricing.quote import Quote

WEEKS = 4
#: orders replayed; each takes a few milliseconds
SAMPLE = 600
A_DAY = timedelta(days=1)


@dataclass(slots=True)
class Day:
    """Orders of one day: how many there were, how many of them were replayed, and what came of those."""

    orders: int
    sampled: int = 0
    hit: int = 0
    cost: int = 0
    discount: int = 0
    listed: int = 0
    margin: int = 0
    margin_before: int = 0

    def scaled(self, name: str) -> int:
        value: int = getattr(self, name)
        return value * self.orders // self.sampled if self.sampled else 0


def forecast(scene: Scene, most: int | None) -> dict[str, Any]:
    """`most`: what it can cost at all. Sums are for the document's window; `low` and `high` bound nine of ten draws."""
    days = replayed(scene, scene.now - timedelta(weeks=WEEKS), scene.now)
    if not any(day.sampled for day in days.values()):
        return {"orders": 0, "weeks": WEEKS}
    length = (scene.ends - scene.starts) / A_DAY
    costs = [day.scaled("cost") for day in days.values()]
    hits = [day.scaled("hit") for day in days.values()]
    cost, around = expected(costs, length), interval(costs, length)
    listed = sum(day.scaled("listed") for day in days.values())
    discount = sum(day.scaled("discount") for day in days.values())
    return {
        "weeks": WEEKS,
        "orders": sum(day.orders for day in days.values()),
        "sampled": sum(day.sampled for day in days.values()),
        "days": length,
        "cost": _capped(cost, most),
        "cost_around": None if around is None else [_capped(one, most) for one in around],
        "capped": most is not None and cost > most,
        "hit": expected(hits, length),
        "hit_around": _pair(interval(hits, length)),
        "discount_bps": discount * BPS // listed if listed else 0,
        "margin": expected([day.scaled("margin") for day in days.values()], length),
        "margin_before": expected([day.scaled("margin_before") for day in days.values()], length),
    }


def replayed(scene: Scene, since: datetime, until: datetime) -> dict[date, Day]:
    """Every day between two instants, with its orders sampled and priced twice."""
    zone = ZoneInfo(settings.TIME_ZONE)
    paid = Order.objects.filter(state__in=list(SOLD), paid_at__gte=since, paid_at__lt=until)
    counts = paid.annotate(day=TruncDate("paid_at", tzinfo=zone)).values_list("day").annotate(n=Count("pk"))
    found = dict(counts.values_list("day", "n"))
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = {
        first + timedelta(days=i): Day(found.get(first + timedelta(days=i), 0))
        for i in range(1, (last - first).days)
    }
    every = max(sum(day.orders for day in days.values()) // SAMPLE, 1)
    both = _Both(scene)
    for order in _each(paid, every):
        at = order.paid_at
        day = days.get(at.astimezone(zone).date()) if at is not None else None
        if at is not None and day is not None:
            both.count(order, at, day)
    return days


def _each(paid: Any, every: int) -> Iterator[Order]:
    """Every so many-th order; codes are chance enough, and the same ones each time."""
    for number, order in enumerate(paid.order_by("pk").iterator(chunk_size=500)):
        if number % every == 0:
            yield order


class _Both:
    """The books without and with the document, and the costs of goods that were asked for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        offers = scene.live.offers
        self.without = offers.with_changes([], {scene.offer.code}, offers.version)
        self.costs: dict[str, int | None] = {}

    def count(self, order: Order, at: datetime, day: Day) -> None:
        moment = self._moment(at)
        cart = as_ordered(order, self.scene.live.targeted)
        before = self._priced(cart, order, self.without, moment)
        after = self._priced(cart, order, self.scene.live.offers, moment)
        mine = sum(used.discount for used in after.used if used.offer.code == self.scene.offer.code)
        day.sampled += 1
        if not mine:
            return
        spent = self._goods_cost(cart)
        day.hit += 1
        day.cost += before.payable_total - after.payable_total
        day.discount += mine
        day.listed += after.list_total
        if spent is not None:
            day.margin_before += before.payable_total - spent
            day.margin += after.payable_total - spent

    def _moment(self, at: datetime) -> datetime:
        """The same hour in the window, on the same weekday where the window is long enough."""
        starts, ends = self.scene.starts, self.scene.ends
        for step in (timedelta(days=7), A_DAY):
            moment = at - ((at - starts) // step) * step
            if starts <= moment < ends:
                return moment
        return starts + (at - starts) % (ends - starts)

    def _priced(self, cart: Cart, order: Order, book: OfferBook, moment: datetime) -> Quote:
        codes = [entry["template"] for entry in order.quote.get("coupons", ()) if entry.get("template")]
        codes += [self.scene.offer.code] if self.scene.offer.is_coupon else []
        wallet = [Coupon(code, code) for code in dict.fromkeys(codes) if code in book.offers]
        return price(cart, book, moment, usages=self.scene.live.usages, wallet=wallet, explain="none")

    def _goods_cost(self, cart: Cart) -> int | None:
        """None where a cost is not known: then the order says nothing about margins."""
        missing = {line.sku for line in cart.lines} - self.costs.keys()
        if missing:
            known = dict(Sku.objects.filter(pk__in=missing).values_list("pk", "cost_amount"))
            self.costs.update({sku: known.get(sku) for sku in missing})
        costs = [(self.costs[line.sku], line.quantity) for line in cart.lines]
        return None if any(cost is None for cost, _n in costs) else sum((c or 0) * n for c, n in costs)


def _capped(amount: int, most: int | None) -> int:
    return amount if most is None else min(amount, most)


def _pair(around: tuple[int, int] | None) -> list[int] | None:
    return None if around is None else list(around)
