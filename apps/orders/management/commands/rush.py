"""`rush`: many buyers want one SKU at once, over the API of a running portal; then what was sold at which price."""

from __future__ import annotations

import http.client
import secrets
import time
from argparse import ArgumentParser
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.catalog.selectors import portal

MOST_AT_ONCE = 64
PATIENCE = 30
TRIES = 5


class Command(BaseCommand):
    help = "Let many buyers order and pay one SKU at once over the API of a running portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sku", required=True)
        parser.add_argument("--buyers", type=int, default=500)
        parser.add_argument("--quantity", type=int, default=1, help="units each wants")
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="where the portal answers")
        parser.add_argument("--key", default="", help="a storefront key; else the demo's storefront.key")

    def handle(self, *args: Any, **options: Any) -> None:
        rush = Rush(
            options["url"],
            options["key"] or _demo_key(),
            portal().currency,
            options["sku"],
            options["quantity"],
        )
        started = time.monotonic()
        with ThreadPoolExecutor(MOST_AT_ONCE) as crowd:
            ends = Counter(crowd.map(rush.buy, range(options["buyers"])))
        seconds = time.monotonic() - started
        for end, number in sorted(ends.items()):
            self.stdout.write(f"{number:6}  {end}")
        self.stdout.write(f"{options['buyers']} buyers in {seconds:.1f} s")


class Rush:
    """One rush: its buyers are customers of their own, their orders have ids that no other rush has."""

    def __init__(self, url: str, key: str, currency: str, sku: str, quantity: int) -> None:
        self.where = urlsplit(url)
        self.key = key
        self.name = f"rush-{secrets.token_hex(4)}"
        self.cart = {"currency": currency, "lines": [{"line": "1", "sku": sku, "quantity": quantity}]}

    def buy(self, number: int) -> str:
        """Order and pay; how it ended."""
        code = f"{self.name}-{number}"
        status, order = self._post("orders", {**self.cart, "order": code, "customer": code}, code)
        if status != 201:
            return f"refused: {order.get('code', status)}"
        paid, _answer = self._post(f"orders/{code}/pay", {}, f"{code}-pay")
        price = order["payable_total"]
        reached = ", ".join(used["offer"] for used in order["offers"]) or "list price"
        return f"paid {price} ({reached})" if paid == 200 else f"not paid: {paid}"

    def _post(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """With the same key until there is an answer: a lost one costs nothing."""
        for attempt in range(TRIES):
            try:
                status, answer = self._once(path, body, key)
            except (OSError, http.client.HTTPException):
                status, answer = 0, {}
            if status not in (0, 503) and answer.get("code") != "in_progress":
                break
            time.sleep(0.2 * 2**attempt)
        return status, answer

    def _once(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection(
            self.where.hostname or "127.0.0.1", self.where.port or 80, timeout=PATIENCE
        )
        try:
            headers = {
                "Authorization": f"Api-Key {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            }
            connection.request("POST", f"/api/v1/{path}", orjson.dumps(body), headers)
            response = connection.getresponse()
            return response.status, orjson.loads(response.read())
        finally:
            connection.close()


def _demo_key() -> str:
    path = Path(settings.DATA_DIR) / "storefront.key"
    if not path.exists():
        raise CommandError(f"There is no {path}: give a key with --key.")
    return path.read_text(encoding="utf-8").strip()
