"""`rush`: many buyers want one SKU at its promotion price, over the API of a running portal; then what was sold."""

from __future__ import annotations

import http.client
import random
import secrets
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.activities.models import Activity
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.orders.stock import NO_LIMIT, Level, Stock, stocks_of

MOST_AT_ONCE = 64
PATIENCE = 30
TRIES = 5
BOUGHT = "bought at the promotion price"
TOO_LATE = "too late: sold out"


class Command(BaseCommand):
    help = "Let many buyers order and pay one SKU at its promotion price over the API of a running portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sku", required=True)
        parser.add_argument("--buyers", type=int, default=500)
        parser.add_argument("--quantity", type=int, default=1, help="units each wants")
        parser.add_argument("--over", type=float, default=15, help="seconds over which the buyers come")
        parser.add_argument(
            "--think", type=float, default=2, help="seconds that a buyer takes to pay, at most"
        )
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="where the portal answers")
        parser.add_argument("--key", default="", help="a storefront key; else the demo's storefront.key")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop(options["url"], options["key"] or demo_key())
        rush = Rush(shop, portal().currency, options["sku"], options["quantity"], options["think"])
        offer = rush.look()
        address = urljoin(options["url"], f"admin/orders/order/live/{quote(offer)}/")
        self.stdout.write(f"watch it at {address}")
        before = taken_of(offer, options["sku"])
        started = time.monotonic()
        ends = self._run(rush, options["buyers"], options["over"], offer)
        for end, number in sorted(ends.items()):
            self.stdout.write(f"{number:6}  {end}")
        self.stdout.write(f"{options['buyers']} buyers in {time.monotonic() - started:.1f} s")
        self._conclude(offer, options["sku"], before, ends[BOUGHT] * options["quantity"])

    def _run(self, rush: Rush, buyers: int, over: float, offer: str) -> Counter[str]:
        """Everybody buys; meanwhile a line a second says how it goes."""
        started = time.monotonic()
        with ThreadPoolExecutor(MOST_AT_ONCE) as crowd:
            running: set[Future[str]] = {
                crowd.submit(rush.buy, number, started + over * number / max(buyers, 1))
                for number in range(buyers)
            }
            ends: Counter[str] = Counter()
            while running:
                done, running = wait(running, timeout=1)
                ends.update(future.result() for future in done)
                if running:
                    self.stdout.write(f"{time.monotonic() - started:4.0f} s  {_in_words(stock_of(offer))}")
        return ends

    def _conclude(self, offer: str, sku: str, before: int, bought: int) -> None:
        """What the counters say against what the buyers got. Raises CommandError where they differ."""
        stock, activity = stock_of(offer), Activity.objects.get(code=offer)
        reason = f": {activity.end_reason}" if activity.end_reason else ""
        self.stdout.write(f"{offer}  {_in_words(stock)}  {activity.status}{reason}")
        if any(level.sold + level.held > level.total for level in _levels(stock)):
            raise CommandError("More was sold than there was.")
        counted = taken_of(offer, sku) - before
        if _levels(stock) and counted != bought:
            raise CommandError(f"The buyers got {bought} units, the counters say {counted}.")


@dataclass
class Rush:
    """One rush: its buyers are customers of their own, their orders have ids that no other rush has."""

    shop: Shop
    currency: str
    sku: str
    quantity: int
    think: float
    payable: int = 0

    def __post_init__(self) -> None:
        self.name = f"rush-{secrets.token_hex(4)}"
        lines = [{"line": "1", "sku": self.sku, "quantity": self.quantity}]
        self.cart = {"currency": self.currency, "lines": lines}

    def look(self) -> str:
        """What one of them sees first: the price that all want, and whose it is."""
        status, answer = self.shop.post("quotes", {**self.cart, "customer": self.name}, "")
        if status != 200:
            raise CommandError(f"The portal answers {status}: {answer.get('detail', 'nothing')}")
        offers = [used["offer"] for used in answer["offers"] if used["layer"] == "item"]
        if not offers:
            raise CommandError(f"{self.sku} has no promotion price now.")
        self.payable = answer["payable_total"]
        return offers[0]

    def buy(self, number: int, come_at: float) -> str:
        """Come, order at the price seen, think, pay; how it ended."""
        time.sleep(max(come_at - time.monotonic(), 0))
        code = f"{self.name}-{number}"
        body = {**self.cart, "order": code, "customer": code, "expected_payable": self.payable}
        status, order = self.shop.post("orders", body, code)
        if status != 201:
            return (
                TOO_LATE if order.get("code") == "price_changed" else f"refused: {order.get('code', status)}"
            )
        time.sleep(random.uniform(0, self.think))  # noqa: S311 - people, not secrets
        paid, answer = self.shop.post(f"orders/{code}/pay", {}, f"{code}-pay")
        return BOUGHT if paid == 200 else f"not paid: {answer.get('code', paid)}"


class Shop:
    """A shop's server: asks again with the same key until there is an answer, so a lost one costs nothing."""

    def __init__(self, url: str, key: str) -> None:
        self.where = urlsplit(url)
        self.key = key

    def post(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        for attempt in range(TRIES):
            try:
                status, answer = self._once(path, body, key)
            except (OSError, http.client.HTTPException) as error:
                status, answer = 0, {"detail": str(error)}
            if status not in (0, 503) and answer.get("code") != "in_progress":
                break
            time.sleep(0.2 * 2**attempt)
        return status, answer

    def _once(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection(
            self.where.hostname or "127.0.0.1", self.where.port or 80, timeout=PATIENCE
        )
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request("POST", f"/api/v1/{path}", orjson.dumps(body), headers)
            response = connection.getresponse()
            return response.status, orjson.loads(response.read())
        finally:
            connection.close()


def stock_of(offer: str) -> Stock:
    book = KEEPER.at_least(book_version())
    known = book.offers.offers.get(offer)
    stocks = {} if known is None else stocks_of([known], book.usages, database_now())
    return stocks.get(offer, NO_LIMIT)


def taken_of(offer: str, sku: str) -> int:
    """Units sold and held: of the SKU where it has a stock of its own, else of the whole."""
    stock = stock_of(offer)
    level = next((level for level in stock.by_sku if level.sku == sku), stock.whole)
    return 0 if level is None else level.sold + level.held


def _levels(stock: Stock) -> list[Level]:
    return [*stock.by_sku, *([stock.whole] if stock.whole else [])]


def _in_words(stock: Stock) -> str:
    return ", ".join(_counts(stock))


def _counts(stock: Stock) -> Iterator[str]:
    yield f"{stock.sold} sold"
    yield f"{stock.held} held unpaid"
    yield "no limit" if stock.left is None else f"{stock.left} left"


def demo_key() -> str:
    path = Path(settings.DATA_DIR) / "storefront.key"
    if not path.exists():
        raise CommandError(f"There is no {path}: give a key with --key.")
    return path.read_text(encoding="utf-8").strip()
