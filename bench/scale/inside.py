"""Runs inside the portal of a scale bench: fills it, sums it, opens its pages, prints how long each took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import django

django.setup()

import orjson  # noqa: E402 - Django is set up first
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from apps.accounts.models import User  # noqa: E402
from apps.core.clock import frozen  # noqa: E402
from apps.core.errors import DomainError  # noqa: E402
from apps.orders.chain import LEDGER  # noqa: E402
from apps.orders.models import LedgerEntry, Order, OrderSegment, OrderUse  # noqa: E402
from apps.orders.services.holding import place_order  # noqa: E402
from apps.orders.services.settling import pay_order  # noqa: E402
from apps.reporting.models import SettlementLine, SettlementMonth  # noqa: E402
from apps.reporting.reconciliation.comparing import differences  # noqa: E402
from apps.reporting.rollups.rolling import roll_up  # noqa: E402
from apps.reporting.settlement import booking  # noqa: E402
from bench.scale.multiplying import bytes_of_orders, multiply  # noqa: E402

FOREVER = float("inf")
# Days with campaigns of the real data.
SKIP = 40_000


def main() -> int:
    folder, baskets, wanted = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    call_command("migrate", interactive=False, verbosity=0)
    call_command("import_pack", str(folder / "pack.json"), publish=True, verbosity=0)
    placed, seconds = timed(lambda: place(folder, baskets))
    print(f"{placed:>13,}  real baskets placed and paid, {placed / seconds:,.0f} a second by one process")
    while LEDGER.seal():
        pass
    once = OrderSegment.objects.count()
    times = max(wanted // max(once, 1) - 1, 0)
    _nothing, seconds = timed(lambda: multiply(times))
    lines, orders, entries = OrderSegment.objects.count(), Order.objects.count(), LedgerEntry.objects.count()
    print(
        f"{lines:>13,}  order lines in {orders:,} orders, {entries:,} entries of the ledger ({seconds:,.0f} s)"
    )
    print(
        f"{bytes_of_orders() / orders:>13,.0f}  bytes an order, of {lines / orders:.1f} lines, indexes included"
    )
    seals, seconds = timed(lambda: roll_up(seconds=FOREVER))
    print(
        f"{seals / seconds:>13,.0f}  entries of the ledger summed a second, {lines / seconds:,.0f} lines a second"
    )
    seals, seconds = timed(lambda: booking.book(seconds=FOREVER))
    booked = SettlementLine.objects.count()
    print(f"{seals / seconds:>13,.0f}  entries read for the settlement a second, {booked:,} booked")
    found, seconds = timed(differences)
    print(f"{seconds:>13,.2f}  s to compare reports and ledger, {len(found)} differences")
    for name, address in pages():
        print(f"{1_000 * median(opened(address)):>13,.0f}  ms  {name}")
    return 1 if found else 0


def place(folder: Path, most: int) -> int:
    """Baskets in the order of time, each at its own instant; how many were paid."""
    paid = 0
    with (folder / "carts.jsonl").open("rb") as carts:
        for number, line in enumerate(islice(carts, SKIP, SKIP + most)):
            cart: dict[str, Any] = orjson.loads(line)
            at = datetime.fromisoformat(cart.pop("as_of"))
            code = f"basket-{number:06}"
            try:
                with frozen(at), transaction.atomic():
                    place_order(
                        orjson.dumps({**cart, "order": code, "channel": "store"}), client=1, shop=None
                    )
                    pay_order(code=code, shop=None)
                paid += 1
            except DomainError as refused:
                print(f"{code}: {refused.code}", file=sys.stderr)
    return paid


def pages() -> Iterator[tuple[str, str]]:
    offer = OrderUse.objects.order_by("-id").values_list("offer", flat=True).first()
    busiest = _busiest() or offer or ""
    month = SettlementMonth.objects.order_by("-month").first()
    start, near, end = _span()
    yield (
        "reports of all activities, thirty days",
        f"{reverse('admin:reports')}?of=activity&since={start}&until={end}",
    )
    yield f"report of the busiest activity, {busiest}", reverse("admin:report", args=["activity", busiest])
    yield "the orders behind it", reverse("admin:report_orders", args=["activity", busiest])
    goods = reverse("admin:report_goods", args=["activity", busiest])
    yield "the goods behind it", goods
    yield "the same goods with any offers, four days", f"{goods}?everywhere=1&since={near}&until={end}"
    shop = f"{reverse('admin:report', args=['shop', _shop()])}?since={start}&until={end}"
    yield "report of the largest shop, thirty days", shop
    yield "list of orders", reverse("admin:orders_order_changelist")
    yield "home with the watch board", reverse("admin:index")
    if month is not None:
        yield (
            f"settlement {month}",
            reverse("admin:reporting_settlementmonth_change", args=[month.month.isoformat()]),
        )


def _busiest() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.code FROM reporting_trade t JOIN activities_activity a ON a.code = t.code "
            "WHERE t.about = 'offer' GROUP BY 1 ORDER BY sum(t.orders) DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return row[0] if row else ""


def _shop() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM reporting_trade WHERE about = 'shop' GROUP BY 1 ORDER BY sum(orders) DESC LIMIT 1"
        )
        return str(cursor.fetchone()[0])


def _span() -> tuple[str, str, str]:
    """The first day of the last thirty, of the last four, and the last one of all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(hour)::date - 29, max(hour)::date - 3, max(hour)::date FROM reporting_trade"
        )
        start, near, end = cursor.fetchone()
    return start.isoformat(), near.isoformat(), end.isoformat()


def opened(address: str) -> list[float]:
    """Seconds of three visits after a first one, each a whole answer of 200."""
    user, _new = User.objects.get_or_create(
        username="scale", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    found = []
    for visit in range(4):
        answer, seconds = timed(lambda: client.get(address))
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        if visit:
            found.append(seconds)
    return found


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    done = work()
    return done, max(time.perf_counter() - started, 1e-9)


if __name__ == "__main__":
    sys.exit(main())
